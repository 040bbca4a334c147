;; tries: memory with addresses of 64 bits, and more than there is
;; expect: limit

(module
  (memory (export "memory") i64 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (if (i64.ne (memory.grow (i64.const 0x100000000000)) (i64.const -1)) (then (return (i32.const 0))))
    (i32.wrap_i64 (i64.load (i64.const 0x7fffffffffffff00)))))
