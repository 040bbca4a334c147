;; tries: to import the tool of a module
;; expect: load

(module
  (import "gemproof/1" "tool:attack" (func (param i32) (result i32)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
