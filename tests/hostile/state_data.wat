;; tries: to keep a change of what a module brings
;; expect: answer = "ab"
;; calls: seed, attack

(module
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1000) "ab")
  (func (export "tool:seed") (param i32) (result i32)
    (i32.store8 (i32.const 1000) (i32.const 122))
    (i32.const 0))
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $text (i32.const 1000) (i32.const 2))))
