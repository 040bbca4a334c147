;; tries: a call outside of the table
;; expect: script

(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call_indirect (result i32) (i32.const 1))))
