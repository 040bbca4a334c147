;; tries: to take all memory, in many calls
;; expect: answer = null
;; repeat: 20

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32) (local $page i32)
    (local.set $page (memory.grow (i32.const 4000)))
    (memory.fill (i32.const 65536) (i32.const 255) (i32.const 100000000))
    (i32.const 0)))
