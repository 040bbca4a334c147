;; tries: records without end
;; expect: fault

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "put" (func $put (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (func (export "tool:attack") (param $args i32) (result i32) (local $n i64)
    (loop $again
      (call $put (i32.const 8) (i32.const 1) (call $int (local.get $n)) (i32.const 0))
      (local.set $n (i64.add (local.get $n) (i64.const 1)))
      (br $again))
    unreachable))
