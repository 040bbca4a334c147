;; tries: to answer before the tool is called
;; expect: answer = "early"

(module
  (import "gemproof/1" "answer" (func $answer (param i32)))
  (import "gemproof/1" "get" (func $get (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (data (i32.const 9) "a")
  (data (i32.const 10) "early")
  (func (export "_initialize")
    (if (call $get (i32.const 8) (i32.const 1) (call $text (i32.const 9) (i32.const 1))) (then (call $answer (call $text (i32.const 10) (i32.const 5))))))
  (func (export "tool:attack") (param i32) (result i32) (unreachable)))
