;; tries: to run for ever in memory.fill
;; expect: limit

(module
  (memory (export "memory") 256)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 0xffffff)) (br $again))
    unreachable))
