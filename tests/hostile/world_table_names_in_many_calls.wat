;; tries: tables of long names, some in each call
;; expect: any
;; limits: world_nodes = 100000
;; repeat: 400

(module
  (import "gemproof/1" "as_int" (func $as_int (param i32) (result i64)))
  (import "gemproof/1" "get_value" (func $get_value (param i32 i32) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "put" (func $put (param i32 i32 i32 i32)))
  (import "gemproof/1" "put_value" (func $put_value (param i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "count")
  (data (i32.const 13) "count")
  (func (export "tool:attack") (param $args i32) (result i32) (local $n i64) (local $end i64)
    (local.set $n (i64.mul (call $as_int (call $get_value (i32.const 8) (i32.const 5))) (i64.const 100)))
    (call $put_value (i32.const 13) (i32.const 5) (call $int (i64.add (i64.div_u (local.get $n) (i64.const 100)) (i64.const 1))))
    (local.set $end (i64.add (local.get $n) (i64.const 100)))
    (loop $again
      (i64.store (i32.const 1000) (i64.or (i64.const 0x3030303030303030) (i64.and (local.get $n) (i64.const 0x0f0f0f0f0f0f0f0f))))
      (i64.store (i32.const 1008) (i64.or (i64.const 0x3030303030303030) (i64.and (i64.shr_u (local.get $n) (i64.const 4)) (i64.const 0x0f0f0f0f0f0f0f0f))))
      (call $put (i32.const 1000) (i32.const 60000) (call $int (i64.const 1)) (i32.const 0))
      (local.set $n (i64.add (local.get $n) (i64.const 1)))
      (br_if $again (i64.lt_u (local.get $n) (local.get $end))))
    (i32.const 0)))
