;; tries: a map that repeats a key without end
;; expect: any

(module
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (memory (export "memory") 16)
  (func (export "tool:attack") (param $args i32) (result i32) (local $n i32)
    (loop $again
      (i64.store (i32.add (i32.const 65537) (i32.mul (local.get $n) (i32.const 8))) (i64.const 0x2020_2c31_3a22_6122))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 90000))))
    (i32.store8 (i32.const 65536) (i32.const 123))
    (i64.store (i32.const 785537) (i64.const 0x7d31_3a22_6122))
    (call $parse (i32.const 65536) (i32.const 720007))))
