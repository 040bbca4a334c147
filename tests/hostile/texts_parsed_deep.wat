;; tries: JSON that nests too deep
;; expect: answer = null

(module
  (import "gemproof/1" "parse" (func $parse (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "tool:attack") (param $args i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 91) (i32.const 100000))
    (call $parse (i32.const 65536) (i32.const 100000))))
