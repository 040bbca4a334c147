;; tries: to import a function of the interface with another result
;; expect: load = fail

(module
  (import "gemproof/1" "fail" (func (param i32) (result i32)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
