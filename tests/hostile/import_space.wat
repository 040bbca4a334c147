;; tries: to import a function name with a space
;; expect: load

(module
  (import "gemproof/1" "get " (func (param i32 i32 i32) (result i32)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
