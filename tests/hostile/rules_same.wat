;; tries: to cite one rule without end
;; expect: limit

(module
  (import "gemproof/1" "cite" (func $cite (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "rule")
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (call $cite (i32.const 8) (i32.const 4)) (br $again))
    unreachable))
