;; tries: a list that doubles
;; expect: limit

(module
  (import "gemproof/1" "add" (func $add (param i32 i32) (result i32)))
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "[1,2,3]")
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $parse (i32.const 8) (i32.const 7)))
    (loop $again (local.set $h (call $add (local.get $h) (local.get $h))) (br $again))
    unreachable))
