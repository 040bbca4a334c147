;; tries: to import a function of the interface as a memory
;; expect: load = get

(module
  (import "gemproof/1" "get" (memory 1))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
