;; tries: a handle that stands for no value: 0x80000000
;; expect: script

(module
  (import "gemproof/1" "copy" (func $copy (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $copy (i32.const 0x80000000))))
