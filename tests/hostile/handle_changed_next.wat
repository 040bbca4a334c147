;; tries: to change a handle that stands for no value: 2
;; expect: script

(module
  (import "gemproof/1" "push" (func $push (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $push (i32.const 2) (i32.const 0))
    (i32.const 0)))
