;; tries: to run for ever in host functions that make values
;; expect: limit

(module
  (import "gemproof/1" "null" (func $null (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (call $null)) (br $again))
    unreachable))
