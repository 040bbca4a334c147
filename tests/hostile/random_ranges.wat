;; tries: random numbers from extreme ranges
;; expect: any

(module
  (import "gemproof/1" "random_integer" (func $random_integer (param i64 i64 i64 i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (drop (call $random_integer (i64.const 0x8000000000000000) (i64.const 0) (i64.const 0x8000000000000000) (i64.const 0x7fffffffffffffff)))
    (call $random_integer (i64.const 1) (i64.const 0) (i64.const 9) (i64.const 0))))
