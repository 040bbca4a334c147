;; tries: to run for ever in table.copy
;; expect: limit

(module
  (memory (export "memory") 1)
  (table 90000 funcref)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (table.copy (i32.const 0) (i32.const 1) (i32.const 89999)) (br $again))
    unreachable))
