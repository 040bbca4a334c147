;; tries: a fault before any call
;; expect: load

(module
  (import "gemproof/1" "fault" (func $fault (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "no")
  (start $start)
  (func $start (call $fault (i32.const 8) (i32.const 2)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
