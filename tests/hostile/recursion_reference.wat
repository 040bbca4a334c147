;; tries: to recurse for ever through a typed reference
;; expect: fault

(module
  (memory (export "memory") 1)
  (type $f (func (param i32) (result i32)))
  (elem declare func $attack)
  (func $attack (type $f) (i32.add (call_ref $f (local.get 0) (ref.func $attack)) (i32.const 1)))
  (func (export "tool:attack") (param $args i32) (result i32)
    (call_ref $f (local.get $args) (ref.func $attack))))
