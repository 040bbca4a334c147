;; tries: JSON of a hundred megabytes
;; expect: limit

(module
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (drop (memory.grow (i32.const 1600)))
    (memory.fill (i32.const 65536) (i32.const 32) (i32.const 100000000))
    (call $parse (i32.const 65536) (i32.const 100000000))))
