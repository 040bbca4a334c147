;; tries: to fail with a handle that stands for no value
;; expect: script

(module
  (import "gemproof/1" "fail" (func $fail (param i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $fail (i32.const 77))
    unreachable))
