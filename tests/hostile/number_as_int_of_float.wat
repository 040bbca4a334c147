;; tries: a float as an integer
;; expect: script

(module
  (import "gemproof/1" "as_int" (func $as_int (param i32) (result i64)))
  (import "gemproof/1" "float" (func $float (param f64) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $int (call $as_int (call $float (f64.const 1))))))
