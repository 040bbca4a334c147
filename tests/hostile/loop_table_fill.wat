;; tries: to run for ever in table.fill
;; expect: limit

(module
  (memory (export "memory") 1)
  (table 90000 funcref)
  (elem declare func $nothing)
  (func $nothing)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (table.fill 0 (i32.const 0) (ref.func $nothing) (i32.const 90000)) (br $again))
    unreachable))
