;; tries: an address that wraps
;; expect: script

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (i32.load offset=0xffffffff (i32.const 0xffffffff))))
