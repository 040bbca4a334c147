;; tries: to keep a grown memory
;; expect: answer = 1
;; calls: seed, attack

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:seed") (param i32) (result i32)
    (drop (memory.grow (i32.const 9)))
    (i32.const 0))
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $int (i64.extend_i32_u (memory.size)))))
