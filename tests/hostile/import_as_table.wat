;; tries: to import a function of the interface as a table
;; expect: load = get

(module
  (import "gemproof/1" "get" (table 0 funcref))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
