;; tries: handles without end
;; expect: limit

(module
  (import "gemproof/1" "copy" (func $copy (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (call $copy (local.get $args))) (br $again))
    unreachable))
