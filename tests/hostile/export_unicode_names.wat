;; tries: tools that look alike
;; expect: answer = null

(module
  (memory (export "memory") 1)
  (func (export "tool:аttack") (param i32) (result i32) unreachable)
  (func (export "tool:attack\00") (param i32) (result i32) unreachable)
  (func (export "tool:\e2\80\aeattack") (param i32) (result i32) unreachable)
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
