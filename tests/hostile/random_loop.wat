;; tries: random numbers without end
;; expect: limit

(module
  (import "gemproof/1" "random_float" (func $random_float (param i64 i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (call $random_float (i64.const 1) (i64.const 600))) (br $again))
    unreachable))
