;; tries: to fail twice
;; expect: refusal = "one"

(module
  (import "gemproof/1" "fail" (func $fail (param i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "one")
  (data (i32.const 11) "two")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $fail (call $text (i32.const 8) (i32.const 3)))
    (call $fail (call $text (i32.const 11) (i32.const 3)))
    (i32.const 0)))
