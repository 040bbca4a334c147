;; tries: instructions that take longest
;; expect: limit

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32) (local $x f64) (local $n i64)
    (loop $again
      (local.set $x (f64.sqrt (f64.div (local.get $x) (f64.const 3))))
      (local.set $n (i64.rem_s (i64.div_s (i64.const 0x7fffffffffffffff) (i64.const 3)) (i64.add (local.get $n) (i64.const 7))))
      (br $again))
    unreachable))
