;; tries: the JSON of a text that grows sixfold
;; expect: limit

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "print" (func $print (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "tool:attack") (param $args i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 1) (i32.const 90000))
    (call $int (i64.extend_i32_u (call $print (call $text (i32.const 65536) (i32.const 90000)) (i32.const 0) (i32.const 100))))))
