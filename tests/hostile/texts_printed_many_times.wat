;; tries: to print without end
;; expect: limit

(module
  (import "gemproof/1" "print" (func $print (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (loop $again (drop (call $print (local.get $args) (i32.const 0) (i32.const 65536))) (br $again))
    unreachable))
