;; tries: to import a module name that looks the same
;; expect: load

(module
  (import "gеmproof/1" "get" (func (param i32 i32 i32) (result i32)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
