;; tries: a power that is infinite
;; expect: script

(module
  (import "gemproof/1" "float" (func $float (param f64) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "power" (func $power (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $power (call $float (f64.const 10)) (call $int (i64.const 400)))))
