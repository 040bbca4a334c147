;; tries: writes deep into a value of which copies are kept
;; expect: limit

(module
  (import "gemproof/1" "copy" (func $copy (param i32) (result i32)))
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (import "gemproof/1" "set_at" (func $set_at (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "{\22a\22:{\22b\22:{\22c\22:{\22d\22:{}}}}}")
  (data (i32.const 34) "/a/b/c/d/e")
  (data (i32.const 44) "/a/b/c/d/e")
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $parse (i32.const 8) (i32.const 26)))
    (loop $again
      (drop (call $copy (local.get $h)))
      (call $set_at (local.get $h) (i32.const 34) (i32.const 10) (local.get $h))
      (call $set_at (local.get $h) (i32.const 44) (i32.const 10) (i32.const 0))
      (br $again))
    unreachable))
