;; tries: a random number after as many as there are
;; expect: limit

(module
  (import "gemproof/1" "random_integer" (func $random_integer (param i64 i64 i64 i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $random_integer (i64.const 1) (i64.const 0x7fffffffffffffff) (i64.const 0) (i64.const 9))))
