;; tries: to run for ever before any call
;; expect: load

(module
  (memory (export "memory") 1)
  (start $start)
  (func $start (loop $again (br $again)))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
