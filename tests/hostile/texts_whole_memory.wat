;; tries: all of a large memory as a text
;; expect: limit

(module
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (drop (memory.grow (i32.const 3900)))
    (call $text (i32.const 0) (i32.const 255000000))))
