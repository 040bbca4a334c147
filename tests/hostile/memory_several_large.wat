;; tries: memories that are too large together
;; expect: load = memory

(module
  (memory 1000)
  (memory 1000)
  (memory 1000)
  (memory 1000)
  (memory 1000)
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
