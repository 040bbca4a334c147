;; tries: a number of a million digits
;; expect: any

(module
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (memory (export "memory") 20)
  (func (export "tool:attack") (param $args i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 57) (i32.const 1000000))
    (call $parse (i32.const 65536) (i32.const 1000000))))
