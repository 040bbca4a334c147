;; tries: to start with more than its environment allows
;; expect: load = memory

(module
  (memory (export "memory") 5000)
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
