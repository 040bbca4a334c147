;; tries: to ask for ever for memory that there is not
;; expect: limit

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (memory.grow (i32.const 60000))) (br $again))
    unreachable))
