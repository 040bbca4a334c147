;; tries: tables of long names without end
;; expect: fault

(module
  (import "gemproof/1" "put" (func $put (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32) (local $n i64)
    (loop $again
      (i64.store (i32.const 0) (i64.or (i64.const 0x3030303030303030) (i64.and (local.get $n) (i64.const 0x0f0f0f0f0f0f0f0f))))
      (call $put (i32.const 0) (i32.const 60000) (i32.const 1) (i32.const 0))
      (local.set $n (i64.add (local.get $n) (i64.const 1)))
      (br $again))
    unreachable))
