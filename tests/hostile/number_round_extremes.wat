;; tries: to any number of decimals
;; expect: answer = 0.0

(module
  (import "gemproof/1" "fixed" (func $fixed (param i32 i64) (result i32)))
  (import "gemproof/1" "float" (func $float (param f64) (result i32)))
  (import "gemproof/1" "round" (func $round (param i32 i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (drop (call $round (call $float (f64.const 1e308)) (i64.const 0x7fffffffffffffff)))
    (drop (call $round (call $float (f64.const -1.5)) (i64.const 0x8000000000000000)))
    (drop (call $fixed (call $float (f64.const 1e308)) (i64.const 0x7fffffffffffffff)))
    (drop (call $fixed (call $float (f64.const 1e308)) (i64.const 0x8000000000000000)))
    (call $round (call $float (f64.const 5e-324)) (i64.const -400))))
