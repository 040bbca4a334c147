;; tries: vector instructions that take longest
;; expect: limit

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32) (local $v v128)
    (loop $again
      (local.set $v (f64x2.sqrt (f64x2.div (i64x2.mul (local.get $v) (local.get $v)) (f64x2.nearest (local.get $v)))))
      (br $again))
    unreachable))
