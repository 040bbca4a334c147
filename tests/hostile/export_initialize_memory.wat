;; tries: an _initialize that is a memory
;; expect: load

(module
  (memory (export "_initialize") 1)
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
