;; tries: to ask for ever for a table that there is not
;; expect: limit

(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (table.grow 0 (ref.null func) (i32.const -1))) (br $again))
    unreachable))
