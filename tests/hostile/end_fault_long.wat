;; tries: a fault in more words than a message takes, with terminal codes
;; expect: script

(module
  (import "gemproof/1" "fault" (func $fault (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32)
    (memory.fill (i32.const 0) (i32.const 27) (i32.const 65536))
    (call $fault (i32.const 0) (i32.const 65536))
    unreachable))
