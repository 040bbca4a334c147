;; tries: to leave something behind in thousands of calls
;; expect: answer = null
;; repeat: 2000

(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (func (export "tool:attack") (param $args i32) (result i32)
    (drop (memory.grow (i32.const 20)))
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 1000000))
    (drop (table.grow 0 (ref.null func) (i32.const 1000)))
    (i32.const 0)))
