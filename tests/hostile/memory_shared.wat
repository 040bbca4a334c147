;; tries: memory that threads share
;; expect: load

(module
  (memory (export "memory") 1 2 shared)
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
