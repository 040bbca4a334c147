;; tries: the quotient that is no integer
;; expect: script

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (i32.div_s (i32.const 0x80000000) (i32.const -1))))
