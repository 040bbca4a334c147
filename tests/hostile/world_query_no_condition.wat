;; tries: a condition that is none
;; expect: script

(module
  (import "gemproof/1" "query" (func $query (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (data (i32.const 9) "x")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $query (i32.const 8) (i32.const 1) (call $text (i32.const 9) (i32.const 1)))))
