;; tries: to import the files of the host
;; expect: load = fd_write

(module
  (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
