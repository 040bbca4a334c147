;; tries: a number that rounds to infinity
;; expect: script

(module
  (import "gemproof/1" "float" (func $float (param f64) (result i32)))
  (import "gemproof/1" "round" (func $round (param i32 i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $round (call $float (f64.const 1.7e308)) (i64.const -308))))
