;; tries: an _initialize with a parameter
;; expect: load

(module
  (func (export "_initialize") (param i32))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
