;; tries: the same to read
;; expect: any

(module
  (import "gemproof/1" "at" (func $at (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "map" (func $map (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (drop (memory.grow (i32.const 1600)))
    (memory.fill (i32.const 65536) (i32.const 47) (i32.const 100000000))
    (call $at (call $map) (i32.const 65536) (i32.const 100000000))))
