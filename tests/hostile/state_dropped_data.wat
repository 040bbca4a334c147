;; tries: to drop data for the calls that follow
;; expect: answer = "x"
;; calls: seed, attack

(module
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data "x")
  (func (export "tool:seed") (param i32) (result i32)
    (data.drop 0)
    (i32.const 0))
  (func (export "tool:attack") (param $args i32) (result i32)
    (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1))
    (call $text (i32.const 0) (i32.const 1))))
