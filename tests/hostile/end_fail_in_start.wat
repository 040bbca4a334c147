;; tries: to fail before any call
;; expect: load

(module
  (import "gemproof/1" "fail" (func $fail (param i32)))
  (memory (export "memory") 1)
  (start $start)
  (func $start (call $fail (i32.const 0)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
