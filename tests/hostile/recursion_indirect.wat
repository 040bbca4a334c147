;; tries: to recurse for ever through a table
;; expect: limit

(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const 0) $attack)
  (func $attack (param i32) (result i32)
    (i32.add (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0)) (i32.const 1)))
  (func (export "tool:attack") (param $args i32) (result i32)
    (call_indirect (param i32) (result i32) (local.get $args) (i32.const 0))))
