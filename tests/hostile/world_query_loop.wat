;; tries: to query without end
;; expect: limit

(module
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (import "gemproof/1" "query" (func $query (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "{\22n\22:1}")
  (data (i32.const 15) "t")
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32)
    (local.set $h (call $parse (i32.const 8) (i32.const 7)))
    (loop $again (drop (call $query (i32.const 15) (i32.const 1) (local.get $h))) (br $again))
    unreachable))
