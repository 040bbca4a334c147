;; tries: 1 bytes at address -1
;; expect: script

(module
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $text (i32.const -1) (i32.const 1))))
