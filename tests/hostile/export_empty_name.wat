;; tries: a tool without a name beside another
;; expect: answer = null

(module
  (memory (export "memory") 1)
  (func (export "tool:") (param i32) (result i32) unreachable)
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
