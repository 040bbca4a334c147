;; tries: to read a text into no bytes at the end of memory
;; expect: answer = 3

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "read" (func $read (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "abc")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $int (i64.extend_i32_u (call $read (call $text (i32.const 8) (i32.const 3)) (i32.const 65536) (i32.const 0))))))
