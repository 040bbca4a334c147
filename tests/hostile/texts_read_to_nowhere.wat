;; tries: to read a text to an address outside
;; expect: script

(module
  (import "gemproof/1" "read" (func $read (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "abc")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $read (call $text (i32.const 8) (i32.const 3)) (i32.const 65535) (i32.const 3))))
