;; tries: an expression whose value is astronomical
;; expect: any

(module
  (import "gemproof/1" "arithmetic" (func $arithmetic (param i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "9**9**9**9**9**9")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $arithmetic (call $text (i32.const 8) (i32.const 16)))))
