;; tries: NaN with a payload
;; expect: script

(module
  (import "gemproof/1" "float" (func $float (param f64) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $float (f64.const -nan:0x123456789))))
