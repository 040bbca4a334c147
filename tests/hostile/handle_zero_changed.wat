;; tries: to change nothing
;; expect: script

(module
  (import "gemproof/1" "set" (func $set (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "x")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $set (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 0))
    (i32.const 0)))
