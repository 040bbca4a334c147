;; tries: to read what an earlier call left in memory
;; expect: answer = 0
;; calls: seed, attack

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:seed") (param i32) (result i32)
    (drop (memory.grow (i32.const 1000)))
    (memory.fill (i32.const 0) (i32.const 0x5a) (i32.const 65000000))
    (i32.const 0))
  (func (export "tool:attack") (param $args i32) (result i32) (local $at i32) (local $n i64)
    (drop (memory.grow (i32.const 1000)))
    (loop $again
      (if (v128.any_true (v128.load (local.get $at))) (then (local.set $n (i64.add (local.get $n) (i64.const 1)))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 65000000))))
    (call $int (local.get $n))))
