;; tries: to run for ever in a table
;; expect: limit

(module
  (memory (export "memory") 1)
  (table 10 funcref)
  (elem (i32.const 2) $nothing)
  (func $nothing)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (table.set 0 (i32.const 1) (ref.func $nothing)) (drop (table.get 0 (i32.const 2))) (br $again))
    unreachable))
