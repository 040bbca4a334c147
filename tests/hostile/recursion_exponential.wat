;; tries: to recurse twice at each of 60 levels
;; expect: limit

(module
  (memory (export "memory") 1)
  (func $attack (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (i32.add (call $attack (i32.sub (local.get 0) (i32.const 1))) (call $attack (i32.sub (local.get 0) (i32.const 1)))))
  (func (export "tool:attack") (param $args i32) (result i32)
    (call $attack (i32.const 60))))
