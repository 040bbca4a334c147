;; tries: a power that is astronomical
;; expect: any

(module
  (import "gemproof/1" "exact" (func $exact (param i32 i32 i32 i32) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "**")
  (data (i32.const 10) "99999999999999999999")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $exact (call $int (i64.const 9)) (i32.const 8) (i32.const 2) (call $text (i32.const 10) (i32.const 20)))))
