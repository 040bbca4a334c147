;; tries: to go on after fail
;; expect: refusal = "no"

(module
  (import "gemproof/1" "fail" (func $fail (param i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "no")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $fail (call $text (i32.const 8) (i32.const 2)))
    (loop $again (br $again))
    unreachable))
