;; tries: a text that ends within a character
;; expect: script

(module
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "\e6\97")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $text (i32.const 8) (i32.const 2))))
