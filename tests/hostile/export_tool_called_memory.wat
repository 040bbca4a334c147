;; tries: tools of the names of exports
;; expect: answer = null

(module
  (memory (export "memory") 1)
  (func (export "tool:memory") (param i32) (result i32) unreachable)
  (func (export "tool:_initialize") (param i32) (result i32) unreachable)
  (func (export "tool:tool:attack") (param i32) (result i32) unreachable)
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
