;; tries: to run for ever in host functions that make nothing
;; expect: limit

(module
  (import "gemproof/1" "kind" (func $kind (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (call $kind (local.get $args))) (br $again))
    unreachable))
