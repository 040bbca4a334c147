;; tries: to recurse for ever
;; expect: limit

(module
  (memory (export "memory") 1)
  (func $attack (param i32) (result i32) (i32.add (call $attack (local.get 0)) (i32.const 1)))
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $attack (local.get $args))))
