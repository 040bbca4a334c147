;; tries: to start with four GiB
;; expect: load

(module
  (memory (export "memory") 65536)
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
