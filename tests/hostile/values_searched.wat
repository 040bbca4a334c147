;; tries: to search large values without end
;; expect: limit

(module
  (import "gemproof/1" "add" (func $add (param i32 i32) (result i32)))
  (import "gemproof/1" "contains" (func $contains (param i32 i32) (result i32)))
  (import "gemproof/1" "len" (func $len (param i32) (result i32)))
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "[3,2,1,9,8,7,4.5,6,5,0]")
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $parse (i32.const 8) (i32.const 23)))
    (loop $grow (local.set $h (call $add (local.get $h) (local.get $h))) (br_if $grow (i32.lt_u (call $len (local.get $h)) (i32.const 80000))))
    (loop $again (drop (call $contains (local.get $h) (i32.const 0))) (br $again))
    unreachable))
