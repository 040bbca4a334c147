;; tries: a text of more bytes than texts may have
;; expect: limit

(module
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $text (i32.const 0) (i32.const 100001))))
