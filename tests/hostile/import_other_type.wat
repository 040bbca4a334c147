;; tries: to import a function of the interface with another type
;; expect: load = get

(module
  (import "gemproof/1" "get" (func (param i32) (result i32)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
