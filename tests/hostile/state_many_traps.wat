;; tries: to leave something behind in thousands of traps
;; expect: script
;; repeat: 2000

(module
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (drop (memory.grow (i32.const 20)))
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 1000000))
    (drop (call $text (i32.const 0) (i32.const 50000)))
    unreachable))
