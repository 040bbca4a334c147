;; tries: products of integers of a hundred thousand digits without end
;; expect: limit

(module
  (import "gemproof/1" "exact" (func $exact (param i32 i32 i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (data (i32.const 8) "*")
  (memory (export "memory") 4)
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (memory.fill (i32.const 65536) (i32.const 57) (i32.const 99000))
    (local.set $h (call $text (i32.const 65536) (i32.const 99000)))
    (loop $again (drop (call $exact (local.get $h) (i32.const 8) (i32.const 1) (local.get $h))) (br $again))
    unreachable))
