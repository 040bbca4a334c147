;; tries: to import an exception of the host
;; expect: load

(module
  (import "gemproof/1" "get" (tag (param i32)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
