;; tries: to import names without a character
;; expect: load

(module
  (import "" "" (func))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
