;; tries: a fault after an answer
;; expect: answer = "yes"

(module
  (import "gemproof/1" "answer" (func $answer (param i32)))
  (import "gemproof/1" "fault" (func $fault (param i32 i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "yes")
  (data (i32.const 11) "no")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $answer (call $text (i32.const 8) (i32.const 3)))
    (call $fault (i32.const 11) (i32.const 2))
    unreachable))
