;; tries: a tool of the wrong type whose name would move the cursor of a terminal
;; expect: load

(module
  (memory (export "tool:\1b[2J\0a\0a") 1)
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
