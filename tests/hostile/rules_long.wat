;; tries: to cite a rule of fifty megabytes
;; expect: limit

(module
  (import "gemproof/1" "cite" (func $cite (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (drop (memory.grow (i32.const 1000)))
    (call $cite (i32.const 0) (i32.const 50000000))
    (i32.const 0)))
