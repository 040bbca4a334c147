;; tries: host functions from as deep as calls nest
;; expect: limit

(module
  (import "gemproof/1" "equal" (func $equal (param i32 i32) (result i32)))
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (import "gemproof/1" "print" (func $print (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")
  (func $attack (param i32) (result i32)
    (drop (call $print (local.get 0) (i32.const 4096) (i32.const 400)))
    (drop (call $equal (local.get 0) (call $parse (i32.const 8) (i32.const 180))))
    (i32.add (call $attack (local.get 0)) (i32.const 1)))
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $attack (call $parse (i32.const 8) (i32.const 180)))))
