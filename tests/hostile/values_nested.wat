;; tries: a list in a list in a list
;; expect: limit

(module
  (import "gemproof/1" "list" (func $list (result i32)))
  (import "gemproof/1" "push" (func $push (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32) (local $l i32)
    (loop $again (local.set $l (call $list)) (call $push (local.get $l) (local.get $h)) (local.set $h (local.get $l)) (br $again))
    unreachable))
