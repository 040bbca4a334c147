;; tries: to sum without end
;; expect: limit

(module
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (import "gemproof/1" "sum" (func $sum (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "[3,2,1,9,8,7,4.5,6,5,0]")
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $parse (i32.const 8) (i32.const 23)))
    (loop $again (drop (call $sum (local.get $h))) (br $again))
    unreachable))
