;; tries: a text from a memory with addresses of 64 bits
;; expect: script

(module
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") i64 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $text (i32.const -8) (i32.const 16))))
