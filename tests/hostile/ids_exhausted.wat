;; tries: an id where all are taken
;; expect: script

(module
  (import "gemproof/1" "fresh_id" (func $fresh_id (param i32 i32 i32 i32) (result i32)))
  (import "gemproof/1" "insert" (func $insert (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (data (i32.const 9) "t")
  (data (i32.const 10) "#")
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (call $insert (i32.const 8) (i32.const 1) (call $fresh_id (i32.const 9) (i32.const 1) (i32.const 10) (i32.const 1)) (i32.const 0)) (br $again))
    unreachable))
