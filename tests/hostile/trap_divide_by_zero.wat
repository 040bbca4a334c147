;; tries: a division by zero
;; expect: script

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (i32.div_s (local.get $args) (i32.const 0))))
