;; tries: to grow memory by nothing for ever
;; expect: limit

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (memory.grow (i32.const 0))) (br $again))
    unreachable))
