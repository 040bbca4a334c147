;; tries: ids of which almost all are taken, without end
;; expect: limit

(module
  (import "gemproof/1" "fresh_id" (func $fresh_id (param i32 i32 i32 i32) (result i32)))
  (import "gemproof/1" "insert" (func $insert (param i32 i32 i32 i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "t")
  (data (i32.const 9) "t")
  (data (i32.const 10) "###")
  (func $key (param $n i32) (result i32)
    ;; a text of eight digits, so that keys have the order of their numbers
    (local $i i32)
    (local.set $i (i32.const 8))
    (loop $digit
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (i32.store8 offset=1000 (local.get $i) (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
      (local.set $n (i32.div_u (local.get $n) (i32.const 10)))
      (br_if $digit (local.get $i)))
    (call $text (i32.const 1005) (i32.const 3)))
  (func (export "tool:attack") (param $args i32) (result i32) (local $n i32)
    (loop $fill
      (call $insert (i32.const 8) (i32.const 1) (call $key (local.get $n)) (i32.const 0))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $fill (i32.lt_u (local.get $n) (i32.const 950))))
    (loop $again (drop (call $fresh_id (i32.const 9) (i32.const 1) (i32.const 10) (i32.const 3))) (br $again))
    unreachable))
