;; tries: a list that is copied at each push, because its copy is kept
;; expect: limit

(module
  (import "gemproof/1" "copy" (func $copy (param i32) (result i32)))
  (import "gemproof/1" "list" (func $list (result i32)))
  (import "gemproof/1" "push" (func $push (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $list))
    (loop $again (drop (call $copy (local.get $h))) (call $push (local.get $h) (i32.const 0)) (br $again))
    unreachable))
