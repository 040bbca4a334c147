;; tries: a map that takes a copy of itself
;; expect: limit

(module
  (import "gemproof/1" "map" (func $map (result i32)))
  (import "gemproof/1" "set" (func $set (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "x")
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $map))
    (loop $again (call $set (local.get $h) (i32.const 8) (i32.const 1) (local.get $h)) (br $again))
    unreachable))
