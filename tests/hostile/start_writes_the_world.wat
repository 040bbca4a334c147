;; tries: to write when it is loaded, or in every call
;; expect: answer = 1

(module
  (import "gemproof/1" "get" (func $get (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "put" (func $put (param i32 i32 i32 i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (data (i32.const 9) "z")
  (data (i32.const 10) "t")
  (data (i32.const 11) "z")
  (func (export "_initialize") (call $put (i32.const 8) (i32.const 1) (call $text (i32.const 9) (i32.const 1)) (call $int (i64.const 1))))
  (func (export "tool:attack") (param i32) (result i32) (call $get (i32.const 10) (i32.const 1) (call $text (i32.const 11) (i32.const 1)))))
