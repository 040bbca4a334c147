;; tries: a text that is none
;; expect: script

(module
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "ab\ff\fe")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $text (i32.const 8) (i32.const 4))))
