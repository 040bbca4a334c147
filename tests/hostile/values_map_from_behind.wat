;; tries: a map whose keys come in reverse, so that each moves all others
;; expect: limit

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "len" (func $len (param i32) (result i32)))
  (import "gemproof/1" "map" (func $map (result i32)))
  (import "gemproof/1" "set_member" (func $set_member (param i32 i32 i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $key (param $n i32) (result i32)
    ;; a text of eight digits, so that keys have the order of their numbers
    (local $i i32)
    (local.set $i (i32.const 8))
    (loop $digit
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (i32.store8 offset=1000 (local.get $i) (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
      (local.set $n (i32.div_u (local.get $n) (i32.const 10)))
      (br_if $digit (local.get $i)))
    (call $text (i32.const 1000) (i32.const 8)))
  (func (export "tool:attack") (param $args i32) (result i32) (local $h i32) (local $n i32)
    (local.set $h (call $map))
    (local.set $n (i32.const 99999))
    (loop $again
      (call $set_member (local.get $h) (call $key (local.get $n)) (i32.const 0))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (call $int (i64.extend_i32_u (call $len (local.get $h))))))
