;; tries: a text in which almost every place fits
;; expect: limit

(module
  (import "gemproof/1" "contains" (func $contains (param i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32) (local $part i32)
    (memory.fill (i32.const 65536) (i32.const 97) (i32.const 90000))
    (local.set $h (call $text (i32.const 65536) (i32.const 90000)))
    (i32.store8 (i32.const 70000) (i32.const 98))
    (local.set $part (call $text (i32.const 65536) (i32.const 45000)))
    (loop $again (drop (call $contains (local.get $h) (local.get $part))) (br $again))
    unreachable))
