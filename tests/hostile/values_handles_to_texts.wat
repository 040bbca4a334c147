;; tries: handles to texts without end
;; expect: limit

(module
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (call $text (i32.const 0) (i32.const 60000))) (br $again))
    unreachable))
