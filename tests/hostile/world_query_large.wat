;; tries: all of a table that is larger than a value may be
;; expect: limit

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (import "gemproof/1" "put" (func $put (param i32 i32 i32 i32)))
  (import "gemproof/1" "query" (func $query (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (data (i32.const 9) "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]")
  (data (i32.const 61) "t")
  (func (export "tool:attack") (param $args i32) (result i32) (local $n i64)
    (loop $again
      (call $put (i32.const 8) (i32.const 1) (call $int (local.get $n)) (call $parse (i32.const 9) (i32.const 52)))
      (local.set $n (i64.add (local.get $n) (i64.const 1)))
      (br_if $again (i64.lt_u (local.get $n) (i64.const 20000))))
    (call $query (i32.const 61) (i32.const 1) (i32.const 0))))
