;; tries: a pattern longer than patterns may be
;; expect: script

(module
  (import "gemproof/1" "fresh_id" (func $fresh_id (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (func (export "tool:attack") (param $args i32) (result i32)
    (memory.fill (i32.const 1000) (i32.const 35) (i32.const 50000))
    (call $fresh_id (i32.const 8) (i32.const 1) (i32.const 1000) (i32.const 50000))))
