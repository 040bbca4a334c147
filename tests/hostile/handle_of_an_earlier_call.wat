;; tries: a handle kept in the world
;; expect: script
;; calls: seed, attack

(module
  (import "gemproof/1" "as_int" (func $as_int (param i32) (result i64)))
  (import "gemproof/1" "copy" (func $copy (param i32) (result i32)))
  (import "gemproof/1" "get_value" (func $get_value (param i32 i32) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "put_value" (func $put_value (param i32 i32 i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "secret")
  (data (i32.const 14) "secret")
  (data (i32.const 20) "secret")
  (data (i32.const 26) "kept")
  (data (i32.const 30) "kept")
  (func (export "tool:seed") (param i32) (result i32) (local $h i32)
    (local.set $h (call $text (i32.const 8) (i32.const 6))) (local.set $h (call $text (i32.const 14) (i32.const 6))) (local.set $h (call $text (i32.const 20) (i32.const 6)))
    (call $put_value (i32.const 26) (i32.const 4) (call $int (i64.extend_i32_u (local.get $h))))
    (i32.const 0))
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $copy (i32.wrap_i64 (call $as_int (call $get_value (i32.const 30) (i32.const 4)))))))
