;; tries: to answer with as large a value as there may be
;; expect: any

(module
  (import "gemproof/1" "add" (func $add (param i32 i32) (result i32)))
  (import "gemproof/1" "len" (func $len (param i32) (result i32)))
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "[1,2,3,4,5,6,7,8,9,10]")
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $parse (i32.const 8) (i32.const 22)))
    (loop $grow (local.set $h (call $add (local.get $h) (local.get $h))) (br_if $grow (i32.lt_u (call $len (local.get $h)) (i32.const 160000))))
    (local.get $h)))
