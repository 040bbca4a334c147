;; tries: data at both ends of a large memory
;; expect: any

(module
  (memory (export "memory") 4000)
  (data (i32.const 0) "a")
  (data (i32.const 262143000) "b")
  (func (export "tool:attack") (param i32) (result i32) (i32.load8_u (i32.const 262143000)) (drop) (i32.const 0)))
