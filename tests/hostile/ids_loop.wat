;; tries: ids without end
;; expect: limit

(module
  (import "gemproof/1" "fresh_id" (func $fresh_id (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (data (i32.const 9) "****************")
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (call $fresh_id (i32.const 8) (i32.const 1) (i32.const 9) (i32.const 16))) (br $again))
    unreachable))
