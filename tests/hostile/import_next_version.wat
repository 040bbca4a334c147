;; tries: to import an interface that does not exist
;; expect: load = gemproof/2

(module
  (import "gemproof/2" "get" (func (param i32 i32 i32) (result i32)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
