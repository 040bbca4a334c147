;; tries: the difference beyond 64 bits
;; expect: script

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "subtract" (func $subtract (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $subtract (call $int (i64.const 0x8000000000000000)) (call $int (i64.const 1)))))
