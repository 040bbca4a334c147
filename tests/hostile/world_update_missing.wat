;; tries: to update what is not there
;; expect: script

(module
  (import "gemproof/1" "map" (func $map (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (import "gemproof/1" "update" (func $update (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (data (i32.const 9) "z")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $update (i32.const 8) (i32.const 1) (call $text (i32.const 9) (i32.const 1)) (call $map))
    (i32.const 0)))
