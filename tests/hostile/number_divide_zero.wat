;; tries: an integer by zero
;; expect: script

(module
  (import "gemproof/1" "divide" (func $divide (param i32 i32) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $divide (call $int (i64.const 1)) (call $int (i64.const 0)))))
