;; tries: large texts as rules
;; expect: limit

(component
  (import "gemproof:mock/world@1.0.0" (instance $world
    (export "cite" (func (param "rule" string)))))
  (core module $base
    (memory (export "memory") 400)
    
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $base (instantiate $base))
  (alias core export $base "memory" (core memory $memory))
  (alias core export $base "realloc" (core func $realloc))
  (core func $cite (canon lower (func $world "cite") (memory $memory) (realloc $realloc)))
  (core module $main
    (import "base" "memory" (memory 400))
    (import "host" "cite" (func $cite (param i32 i32)))
    (data (i32.const 16) "\18\00\00\00\01\00\00\00\20\00\00\00\06\00\00\00attack")
    (data (i32.const 64) "\48\00\00\00\01\00\00\001")
    (func (export "names") (result i32)
      (i32.const 16))
    (func (export "call") (param i32 i32 i32 i32) (result i32) (local $n i32)
      (loop $again
        (i32.store8 (i32.const 65536) (local.get $n))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (call $cite (i32.const 65536) (i32.add (i32.const 20000000) (i32.and (local.get $n) (i32.const 0xffff))))
        (br $again)) unreachable))
  (core instance $main (instantiate $main (with "base" (instance $base)) (with "host" (instance (export "cite" (func $cite))))))
  (func $names (result (list string))
    (canon lift (core func $main "names") (memory $memory) (realloc $realloc)))
  (func $call (param "tool" string) (param "arguments" string) (result string)
    (canon lift (core func $main "call") (memory $memory) (realloc $realloc)))
  (instance $tools (export "names" (func $names)) (export "call" (func $call)))
  (export "gemproof:mock/tools@1.0.0" (instance $tools)))
