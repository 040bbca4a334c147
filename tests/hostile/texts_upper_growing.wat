;; tries: a text whose capitals are three times as long
;; expect: limit

(module
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (import "gemproof/1" "upper" (func $upper (param i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "tool:attack") (param $args i32) (result i32) (local $at i32)
    (loop $fill
      (i32.store16 (local.get $at) (i32.const 0x90ce))
      (local.set $at (i32.add (local.get $at) (i32.const 2)))
      (br_if $fill (i32.lt_u (local.get $at) (i32.const 90000))))
    (call $upper (call $text (i32.const 0) (i32.const 90000)))))
