;; tries: large texts as names of tables
;; expect: limit

(component
  (import "gemproof:mock/world@1.0.0" (instance $world
    (export "put" (func (param "table" string) (param "key" string) (param "record" string)))))
  (core module $base
    (memory (export "memory") 400)
    
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $base (instantiate $base))
  (alias core export $base "memory" (core memory $memory))
  (alias core export $base "realloc" (core func $realloc))
  (core func $put (canon lower (func $world "put") (memory $memory) (realloc $realloc)))
  (core module $main
    (import "base" "memory" (memory 400))
    (import "host" "put" (func $put (param i32 i32 i32 i32 i32 i32)))
    (data (i32.const 16) "\18\00\00\00\01\00\00\00\20\00\00\00\06\00\00\00attack")
    (data (i32.const 64) "\48\00\00\00\01\00\00\001")
    (data (i32.const 100) "ta")
    (func (export "names") (result i32)
      (i32.const 16))
    (func (export "call") (param i32 i32 i32 i32) (result i32) (local $n i32)
      (loop $again
        (i32.store8 (i32.add (i32.const 65536) (i32.shr_u (local.get $n) (i32.const 7))) (i32.and (local.get $n) (i32.const 127)))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (call $put (i32.const 65536) (i32.const 20000000) (i32.const 101) (i32.const 1) (i32.const 72) (i32.const 1))
        (br $again)) unreachable))
  (core instance $main (instantiate $main (with "base" (instance $base)) (with "host" (instance (export "put" (func $put))))))
  (func $names (result (list string))
    (canon lift (core func $main "names") (memory $memory) (realloc $realloc)))
  (func $call (param "tool" string) (param "arguments" string) (result string)
    (canon lift (core func $main "call") (memory $memory) (realloc $realloc)))
  (instance $tools (export "names" (func $names)) (export "call" (func $call)))
  (export "gemproof:mock/tools@1.0.0" (instance $tools)))
