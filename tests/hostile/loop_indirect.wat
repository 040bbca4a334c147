;; tries: to run for ever through a table
;; expect: limit

(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const 0) $nothing)
  (func $nothing)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (call_indirect (i32.const 0)) (br $again))
    unreachable))
