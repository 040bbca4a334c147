;; tries: logarithms to many digits without end
;; expect: limit

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "precise_log" (func $precise_log (param i32 i32 i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (call $precise_log (call $int (i64.const 7)) (call $int (i64.const 10)) (i64.const 900))) (br $again))
    unreachable))
