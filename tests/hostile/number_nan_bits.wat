;; tries: to see the bits of NaN, which differ from machine to machine
;; expect: answer = [9221120237041090560,9221120237041090560,9221120237041090560,9221120237041090560,9221120237041090560,9221120237041090560]

(module
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "list" (func $list (result i32)))
  (import "gemproof/1" "push" (func $push (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32) (local $l i32) (local $z f64)
    (local.set $l (call $list))
    (local.set $z (f64.sub (f64.const 1) (f64.const 1)))
    (call $push (local.get $l) (call $int (i64.reinterpret_f64 (f64.div (local.get $z) (local.get $z)))))
    (call $push (local.get $l) (call $int (i64.reinterpret_f64 (f64.sqrt (f64.sub (local.get $z) (f64.const 1))))))
    (call $push (local.get $l) (call $int (i64.reinterpret_f64 (f64.add (local.get $z) (f64.const nan:0x123456)))))
    (call $push (local.get $l) (call $int (i64.reinterpret_f64 (f64.min (local.get $z) (f64.const -nan:0x123456)))))
    (call $push (local.get $l) (call $int (i64.reinterpret_f64 (f64.promote_f32 (f32.demote_f64 (f64.const -nan:0x8123456789abc))))))
    (call $push (local.get $l) (call $int (i64x2.extract_lane 0 (f64x2.mul (f64x2.splat (f64.const -nan:0x77)) (f64x2.splat (local.get $z))))))
    (local.get $l)))
