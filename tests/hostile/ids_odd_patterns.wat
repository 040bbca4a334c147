;; tries: patterns that end in the middle
;; expect: answer

(module
  (import "gemproof/1" "fresh_id" (func $fresh_id (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (data (i32.const 9) "\5c")
  (data (i32.const 10) "t")
  (data (i32.const 11) "\5c\5c\5c")
  (data (i32.const 14) "")
  (data (i32.const 14) "")
  (data (i32.const 14) "t")
  (data (i32.const 15) "\c3\a9#\5c#")
  (func (export "tool:attack") (param $args i32) (result i32)
    (drop (call $fresh_id (i32.const 8) (i32.const 1) (i32.const 9) (i32.const 1)))
    (drop (call $fresh_id (i32.const 10) (i32.const 1) (i32.const 11) (i32.const 3)))
    (drop (call $fresh_id (i32.const 14) (i32.const 0) (i32.const 14) (i32.const 0)))
    (call $fresh_id (i32.const 14) (i32.const 1) (i32.const 15) (i32.const 5))))
