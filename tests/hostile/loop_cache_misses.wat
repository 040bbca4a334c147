;; tries: reads that miss every cache, in all the memory there is
;; expect: limit

(module
  (memory (export "memory") 1)
  (func (export "tool:attack") (param $args i32) (result i32) (local $x i32)
    (drop (memory.grow (i32.const 3800)))
    (loop $again
      (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 1664525)) (i32.const 1013904223)))
      (i32.store (i32.and (local.get $x) (i32.const 0xdffffff)) (i32.add (i32.load (i32.and (local.get $x) (i32.const 0xdfffff0))) (i32.const 1)))
      (br $again))
    unreachable))
