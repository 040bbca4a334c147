;; tries: a copy over the end of the memory
;; expect: script

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (memory.copy (i32.const 65530) (i32.const 0) (i32.const 100))
    (i32.const 0)))
