;; tries: to calculate without end
;; expect: limit

(module
  (import "gemproof/1" "arithmetic" (func $arithmetic (param i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "1+2*3-4/5//6%7**8")
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $text (i32.const 8) (i32.const 17)))
    (loop $again (drop (call $arithmetic (local.get $h))) (br $again))
    unreachable))
