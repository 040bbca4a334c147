;; tries: to insert what is there
;; expect: script

(module
  (import "gemproof/1" "insert" (func $insert (param i32 i32 i32 i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (data (i32.const 9) "a")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $insert (i32.const 8) (i32.const 1) (call $text (i32.const 9) (i32.const 1)) (i32.const 0))
    (i32.const 0)))
