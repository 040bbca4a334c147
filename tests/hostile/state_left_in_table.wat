;; tries: to read what an earlier call left in a table
;; expect: answer = 0
;; calls: seed, attack

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem declare func $f)
  (func $f)
  (func (export "tool:seed") (param i32) (result i32)
    (drop (table.grow 0 (ref.func $f) (i32.const 90000)))
    (i32.const 0))
  (func (export "tool:attack") (param $args i32) (result i32) (local $at i32) (local $n i64)
    (drop (table.grow 0 (ref.null func) (i32.const 90000)))
    (loop $again
      (if (i32.eqz (ref.is_null (table.get 0 (local.get $at)))) (then (local.set $n (i64.add (local.get $n) (i64.const 1)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 90000))))
    (call $int (local.get $n))))
