;; tries: to import the clock of the host
;; expect: load = clock_time_get

(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func (param i32 i64 i32) (result i32)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
