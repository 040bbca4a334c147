;; tries: an integer that is squared without end
;; expect: script

(module
  (import "gemproof/1" "exact" (func $exact (param i32 i32 i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "12345678901234567890")
  (data (i32.const 28) "*")
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $text (i32.const 8) (i32.const 20)))
    (loop $again (local.set $h (call $exact (local.get $h) (i32.const 28) (i32.const 1) (local.get $h))) (br $again))
    unreachable))
