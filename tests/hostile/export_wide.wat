;; tries: a tool of 64 bits
;; expect: load

(module
  (func (export "tool:attack") (param i64) (result i64) (i64.const 0)))
