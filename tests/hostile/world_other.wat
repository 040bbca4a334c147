;; tries: to reach the world of another environment
;; expect: answer = null

(module
  (import "gemproof/1" "get" (func $get (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "get_value" (func $get_value (param i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "counters")
  (data (i32.const 16) "n")
  (data (i32.const 17) "secret")
  (func (export "tool:attack") (param $args i32) (result i32)
    (if (call $get (i32.const 8) (i32.const 8) (call $text (i32.const 16) (i32.const 1))) (then unreachable))
    (call $get_value (i32.const 17) (i32.const 6))))
