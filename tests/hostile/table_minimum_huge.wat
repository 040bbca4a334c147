;; tries: a table of ten million elements
;; expect: load

(module
  (memory (export "memory") 1)
  (table 10000000 funcref)
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
