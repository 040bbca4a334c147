;; tries: keys of other kinds
;; expect: script

(module
  (import "gemproof/1" "list" (func $list (result i32)))
  (import "gemproof/1" "put" (func $put (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $put (i32.const 8) (i32.const 1) (call $list) (i32.const 0))
    (i32.const 0)))
