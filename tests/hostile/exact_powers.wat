;; tries: large powers without end
;; expect: limit

(module
  (import "gemproof/1" "exact" (func $exact (param i32 i32 i32 i32) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "**")
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (call $exact (call $int (i64.const 9)) (i32.const 8) (i32.const 2) (call $int (i64.const 4000)))) (br $again))
    unreachable))
