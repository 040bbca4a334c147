;; tries: to replace one record of a long key again and again, which adds nothing
;; expect: limit
;; limits: world_nodes = 100000

(module
  (import "gemproof/1" "put" (func $put (param i32 i32 i32 i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (func (export "tool:attack") (param $args i32) (result i32) (local $key i32)
    (local.set $key (call $text (i32.const 0) (i32.const 60000)))
    (loop $again (call $put (i32.const 8) (i32.const 1) (local.get $key) (i32.const 0)) (br $again))
    unreachable))
