;; tries: to import an interface of components in a module
;; expect: load

(module
  (import "gemproof:mock/world@1.0.0" "now" (func (result i32)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
