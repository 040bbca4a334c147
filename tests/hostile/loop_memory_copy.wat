;; tries: to run for ever in memory.copy
;; expect: limit

(module
  (memory (export "memory") 256)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (memory.copy (i32.const 0) (i32.const 1) (i32.const 0xfffffe)) (br $again))
    unreachable))
