;; tries: NaN as an integer
;; expect: script

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (i32.trunc_f64_s (f64.const nan))))
