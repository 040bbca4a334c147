;; tries: to cite rules without end
;; expect: limit

(module
  (import "gemproof/1" "cite" (func $cite (param i32 i32)))
  (memory (export "memory") 2)
  (data (i32.const 500) "x")
  (func (export "tool:attack") (param $args i32) (result i32) (local $n i32)
    (loop $again
      (i32.store (i32.const 1000) (i32.or (i32.const 0x30303030) (i32.and (local.get $n) (i32.const 0x0f0f0f0f))))
      (call $cite (i32.const 1000) (i32.add (i32.const 4) (i32.and (local.get $n) (i32.const 0xffff))))
      (local.set $n (i32.add (local.get $n) (i32.const 7)))
      (br $again))
    unreachable))
