;; tries: to run for ever in tail calls, which take no stack
;; expect: limit

(module
  (memory (export "memory") 1)
  (func $attack (param i32) (result i32) (return_call $attack (local.get 0)))
  (func (export "tool:attack") (param $args i32) (result i32)
    (return_call $attack (local.get $args))))
