;; tries: a call of a function of another type
;; expect: script

(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const 0) $other)
  (func $other (param i64))
  (func (export "tool:attack") (param $args i32) (result i32)
    (call_indirect (result i32) (i32.const 0))))
