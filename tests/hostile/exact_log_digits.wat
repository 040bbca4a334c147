;; tries: a logarithm to more digits than there are
;; expect: fault

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "precise_log" (func $precise_log (param i32 i32 i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $precise_log (call $int (i64.const 2)) (call $int (i64.const 10)) (i64.const 0x7fffffffffffffff))))
