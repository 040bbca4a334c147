;; tries: a list that takes a copy of itself
;; expect: limit

(module
  (import "gemproof/1" "list" (func $list (result i32)))
  (import "gemproof/1" "push" (func $push (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $list))
    (loop $again (call $push (local.get $h) (local.get $h)) (br $again))
    unreachable))
