;; tries: a JSON pointer to an item before the first one
;; expect: script

(module
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (import "gemproof/1" "set_at" (func $set_at (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "{\"l\":[1,2]}")
  (data (i32.const 24) "/l/-1")
  (func (export "tool:attack") (param $args i32) (result i32)
    (local $value i32)
    (local.set $value (call $parse (i32.const 8) (i32.const 11)))
    (call $set_at (local.get $value) (i32.const 24) (i32.const 5) (local.get $args))
    (local.get $value)))
