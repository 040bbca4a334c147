;; tries: a value that becomes a table
;; expect: answer = 1

(module
  (import "gemproof/1" "get" (func $get (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "put" (func $put (param i32 i32 i32 i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "count")
  (data (i32.const 13) "a")
  (data (i32.const 14) "count")
  (data (i32.const 19) "a")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $put (i32.const 8) (i32.const 5) (call $text (i32.const 13) (i32.const 1)) (call $int (i64.const 1)))
    (call $get (i32.const 14) (i32.const 5) (call $text (i32.const 19) (i32.const 1)))))
