;; tries: a text of NULs as key and name
;; expect: answer = 1

(module
  (import "gemproof/1" "get" (func $get (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "put" (func $put (param i32 i32 i32 i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $put (i32.const 2000) (i32.const 20) (call $text (i32.const 2000) (i32.const 10)) (call $int (i64.const 1)))
    (call $get (i32.const 2000) (i32.const 20) (call $text (i32.const 2000) (i32.const 10)))))
