;; tries: dates beyond the calendar
;; expect: answer = null

(module
  (import "gemproof/1" "add_days" (func $add_days (param i32 i64) (result i32)))
  (import "gemproof/1" "add_seconds" (func $add_seconds (param i32 i64) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "9999-12-31")
  (data (i32.const 18) "0001-01-01")
  (data (i32.const 28) "2024-03-15T09:00:00")
  (data (i32.const 47) "2024-03-15T09:00:00")
  (func (export "tool:attack") (param $args i32) (result i32)
    (drop (call $add_days (call $text (i32.const 8) (i32.const 10)) (i64.const 0x7fffffffffffffff)))
    (drop (call $add_days (call $text (i32.const 18) (i32.const 10)) (i64.const 0x8000000000000000)))
    (drop (call $add_seconds (call $text (i32.const 28) (i32.const 19)) (i64.const 0x8000000000000000)))
    (call $add_seconds (call $text (i32.const 47) (i32.const 19)) (i64.const 0x7fffffffffffffff))))
