;; tries: to leave a fault half-done
;; expect: script

(module
  (import "gemproof/1" "fault" (func $fault (param i32 i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "item" (func $item (param i32 i32) (result i32)))
  (import "gemproof/1" "keys" (func $keys (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "len" (func $len (param i32) (result i32)))
  (import "gemproof/1" "put_value" (func $put_value (param i32 i32 i32)))
  (import "gemproof/1" "remove" (func $remove (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (data (i32.const 9) "t")
  (data (i32.const 10) "count")
  (data (i32.const 15) "wiped")
  (func (export "tool:attack") (param $args i32) (result i32) (local $keys i32) (local $n i32)
    (local.set $keys (call $keys (i32.const 8) (i32.const 1) (i32.const 0)))
    (loop $each
      (drop (call $remove (i32.const 9) (i32.const 1) (call $item (local.get $keys) (local.get $n))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $n) (call $len (local.get $keys)))))
    (call $put_value (i32.const 10) (i32.const 5) (call $int (i64.const -1)))
    (call $fault (i32.const 15) (i32.const 5))
    unreachable))
