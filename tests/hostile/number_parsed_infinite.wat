;; tries: a number that is infinite as JSON
;; expect: answer = null

(module
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "1e999")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $parse (i32.const 8) (i32.const 5))))
