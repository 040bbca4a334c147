;; tries: to export fail as _initialize
;; expect: load

(module
  (import "gemproof/1" "fail" (func $c (param i32)))
  (export "_initialize" (func $c))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
