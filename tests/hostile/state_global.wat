;; tries: to keep a number in a global
;; expect: answer = 1
;; calls: seed, attack

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (memory (export "memory") 1)
  (global $n (mut i64) (i64.const 0))
  (func (export "tool:seed") (param i32) (result i32)
    (global.set $n (i64.const 7))
    (i32.const 0))
  (func (export "tool:attack") (param $args i32) (result i32)
    (global.set $n (i64.add (global.get $n) (i64.const 1)))
    (call $int (global.get $n))))
