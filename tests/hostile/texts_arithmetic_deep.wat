;; tries: an expression of fifty thousand parentheses
;; expect: any

(module
  (import "gemproof/1" "arithmetic" (func $arithmetic (param i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "tool:attack") (param $args i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 40) (i32.const 50000))
    (call $arithmetic (call $text (i32.const 65536) (i32.const 50000)))))
