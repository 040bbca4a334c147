;; tries: a JSON pointer deeper than values nest
;; expect: limit

(module
  (import "gemproof/1" "map" (func $map (result i32)))
  (import "gemproof/1" "set_at" (func $set_at (param i32 i32 i32 i32)))
  (memory (export "memory") 2)
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (memory.fill (i32.const 65536) (i32.const 47) (i32.const 5000))
    (local.set $h (call $map))
    (call $set_at (local.get $h) (i32.const 65536) (i32.const 5000) (i32.const 0))
    (local.get $h)))
