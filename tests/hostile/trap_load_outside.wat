;; tries: a load outside of the memory
;; expect: script

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (i32.load (i32.const -4))))
