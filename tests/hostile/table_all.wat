;; tries: to take the largest table that there is
;; expect: answer = null

(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem declare func $nothing)
  (func $nothing)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (br_if $again (i32.ne (table.grow 0 (ref.func $nothing) (i32.const 1000)) (i32.const -1))))
    (i32.const 0)))
