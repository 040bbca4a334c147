;; tries: a tool without a parameter
;; expect: load

(module
  (func (export "tool:attack") (result i32) (i32.const 0)))
