;; tries: handles to texts that are made
;; expect: limit

(module
  (import "gemproof/1" "fixed" (func $fixed (param i32 i64) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (call $fixed (call $int (i64.const 1)) (i64.const 30))) (br $again))
    unreachable))
