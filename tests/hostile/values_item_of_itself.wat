;; tries: an item that is a copy of its list
;; expect: limit

(module
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (import "gemproof/1" "set_item" (func $set_item (param i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "[1,2]")
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $parse (i32.const 8) (i32.const 5)))
    (loop $again (call $set_item (local.get $h) (i32.const 0) (local.get $h)) (call $set_item (local.get $h) (i32.const -1) (local.get $h)) (br $again))
    unreachable))
