;; tries: to import one function twice
;; expect: answer = null

(module
  (import "gemproof/1" "null" (func $a (result i32)))
  (import "gemproof/1" "null" (func $b (result i32)))
  (func (export "tool:attack") (param i32) (result i32) (drop (call $a)) (call $b)))
