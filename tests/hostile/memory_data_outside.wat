;; tries: data outside of the memory
;; expect: load

(module
  (memory (export "memory") 1)
  (data (i32.const 65535) "ab")
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
