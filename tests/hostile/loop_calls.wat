;; tries: to run for ever in calls
;; expect: limit

(module
  (memory (export "memory") 1)
  (func $nothing)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (call $nothing) (br $again))
    unreachable))
