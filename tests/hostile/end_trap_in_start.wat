;; tries: to trap before any call
;; expect: load

(module
  (memory (export "memory") 1)
  (start $start)
  (func $start unreachable)
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
