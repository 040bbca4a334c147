;; tries: a table as a value
;; expect: script

(module
  (import "gemproof/1" "put_value" (func $put_value (param i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $put_value (i32.const 8) (i32.const 1) (i32.const 0))
    (i32.const 0)))
