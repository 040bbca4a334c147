;; tries: a trap
;; expect: script

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    unreachable))
