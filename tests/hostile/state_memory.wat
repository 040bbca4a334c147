;; tries: to keep a number in the memory
;; expect: answer = 0
;; calls: seed, attack

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:seed") (param i32) (result i32)
    (i64.store (i32.const 1000) (i64.const 7))
    (i32.const 0))
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $int (i64.load (i32.const 1000)))))
