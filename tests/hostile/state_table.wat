;; tries: to keep a function in a table
;; expect: answer = 1
;; calls: seed, attack

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (memory (export "memory") 1)
  (table 10 funcref)
  (elem declare func $f)
  (func $f)
  (func (export "tool:seed") (param i32) (result i32)
    (table.set 0 (i32.const 3) (ref.func $f))
    (i32.const 0))
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $int (i64.extend_i32_u (ref.is_null (table.get 0 (i32.const 3)))))))
