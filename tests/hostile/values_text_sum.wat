;; tries: a text that doubles by addition
;; expect: limit

(module
  (import "gemproof/1" "add" (func $add (param i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "xxxxxxxx")
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $text (i32.const 8) (i32.const 8)))
    (loop $again (local.set $h (call $add (local.get $h) (local.get $h))) (br $again))
    unreachable))
