;; tries: a product that is infinite
;; expect: script

(module
  (import "gemproof/1" "float" (func $float (param f64) (result i32)))
  (import "gemproof/1" "multiply" (func $multiply (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $multiply (call $float (f64.const 1e308)) (call $float (f64.const 10)))))
