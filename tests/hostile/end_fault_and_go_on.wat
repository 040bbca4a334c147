;; tries: to go on after a fault
;; expect: script

(module
  (import "gemproof/1" "fail" (func $fail (param i32)))
  (import "gemproof/1" "fault" (func $fault (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "one")
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $fault (i32.const 8) (i32.const 3))
    (call $fail (i32.const 0))
    (loop $again (br $again))
    unreachable))
