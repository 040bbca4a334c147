;; tries: a start function that is called as a tool too
;; expect: load

(module
  (memory (export "memory") 1)
  (start $start)
  (func $start (export "tool:attack") (param i32) (result i32) (i32.const 0)))
