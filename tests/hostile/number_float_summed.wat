;; tries: a sum that is infinite
;; expect: script

(module
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (import "gemproof/1" "sum" (func $sum (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "[1e308,1e308]")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $sum (call $parse (i32.const 8) (i32.const 13)))))
