;; tries: to run for ever by a table of branches
;; expect: limit

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (br_table $again $again $again (local.get $args)))
    unreachable))
