;; tries: what was outside, after memory grew
;; expect: answer

(module
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (drop (memory.grow (i32.const 1)))
    (call $text (i32.const 65536) (i32.const 60000))))
