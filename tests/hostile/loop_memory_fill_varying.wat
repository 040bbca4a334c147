;; tries: memory.fill with a length that is not constant
;; expect: limit

(module
  (import "gemproof/1" "as_int" (func $as_int (param i32) (result i64)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (memory (export "memory") 256)
  (func (export "tool:attack") (param $args i32) (result i32) (local $n i64)
    (local.set $n (call $as_int (call $int (i64.const 0xffffff))))
    (loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.wrap_i64 (local.get $n))) (br $again))
    unreachable))
