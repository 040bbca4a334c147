;; tries: dates without end, out of long texts
;; expect: limit

(module
  (import "gemproof/1" "add_days" (func $add_days (param i32 i64) (result i32)))
  (import "gemproof/1" "days_between" (func $days_between (param i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (memory.fill (i32.const 65536) (i32.const 50) (i32.const 90000))
    (local.set $h (call $text (i32.const 65536) (i32.const 90000)))
    (loop $again (drop (call $add_days (local.get $h) (i64.const 1))) (drop (call $days_between (local.get $h) (local.get $h))) (br $again))
    unreachable))
