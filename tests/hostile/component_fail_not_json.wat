;; tries: to fail with what is not JSON
;; expect: script

(component
  (import "gemproof:mock/world@1.0.0" (instance $world
    (export "fail" (func (param "answer" string)))))
  (core module $base
    (memory (export "memory") 1)
    
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $base (instantiate $base))
  (alias core export $base "memory" (core memory $memory))
  (alias core export $base "realloc" (core func $realloc))
  (core func $fail (canon lower (func $world "fail") (memory $memory) (realloc $realloc)))
  (core module $main
    (import "base" "memory" (memory 1))
    (import "host" "fail" (func $fail (param i32 i32)))
    (data (i32.const 16) "\18\00\00\00\01\00\00\00\20\00\00\00\06\00\00\00attack")
    (data (i32.const 64) "\48\00\00\00\01\00\00\001")
    (func (export "names") (result i32)
      (i32.const 16))
    (func (export "call") (param i32 i32 i32 i32) (result i32) (local $n i32)
      (call $fail (i32.const 32) (i32.const 3)) unreachable))
  (core instance $main (instantiate $main (with "base" (instance $base)) (with "host" (instance (export "fail" (func $fail))))))
  (func $names (result (list string))
    (canon lift (core func $main "names") (memory $memory) (realloc $realloc)))
  (func $call (param "tool" string) (param "arguments" string) (result string)
    (canon lift (core func $main "call") (memory $memory) (realloc $realloc)))
  (instance $tools (export "names" (func $names)) (export "call" (func $call)))
  (export "gemproof:mock/tools@1.0.0" (instance $tools)))
