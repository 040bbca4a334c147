;; tries: two tools of one name
;; expect: load

(module
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
