;; tries: an answer from as deep as it gets
;; expect: answer = 1

(module
  (import "gemproof/1" "answer" (func $answer (param i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (memory (export "memory") 1)
  (func $attack (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (call $answer (call $int (i64.const 1)))))
    (i32.add (call $attack (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $attack (i32.const 3000))))
