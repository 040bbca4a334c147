;; tries: to look at the world before it is called
;; expect: load

(module
  (import "gemproof/1" "get" (func $get (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (data (i32.const 9) "a")
  (start $start)
  (func $start (drop (call $get (i32.const 8) (i32.const 1) (call $text (i32.const 9) (i32.const 1)))))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
