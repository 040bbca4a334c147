;; tries: to take and touch all memory that there is
;; expect: answer = null

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32) (local $page i32)
    (loop $again
      (local.set $page (memory.grow (i32.const 1)))
      (if (i32.ne (local.get $page) (i32.const -1))
        (then
          (i32.store (i32.mul (local.get $page) (i32.const 65536)) (i32.const 1))
          (i32.store offset=32768 (i32.mul (local.get $page) (i32.const 65536)) (i32.const 1))
          (br $again))))
    (i32.const 0)))
