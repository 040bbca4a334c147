;; tries: an integer above 2^63 as one of 64 bits
;; expect: script

(module
  (import "gemproof/1" "as_int" (func $as_int (param i32) (result i64)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "18446744073709551615")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $int (call $as_int (call $parse (i32.const 8) (i32.const 20))))))
