;; tries: JSON of more nodes than a value may have
;; expect: limit

(module
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (memory (export "memory") 16)
  (func (export "tool:attack") (param $args i32) (result i32) (local $n i32)
    (loop $again
      (i32.store16 (i32.add (i32.const 65537) (i32.shl (local.get $n) (i32.const 1))) (i32.const 0x2c31))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 300000))))
    (i32.store8 (i32.const 65536) (i32.const 91))
    (i32.store8 (i32.const 665536) (i32.const 93))
    (call $parse (i32.const 65536) (i32.const 600001))))
