;; tries: to import a global of the host
;; expect: load = stack_pointer

(module
  (import "env" "__stack_pointer" (global (mut i32)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
