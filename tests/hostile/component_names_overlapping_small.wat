;; tries: thousands of names of the same kilobytes, just within bounds
;; expect: load

(component
  (core module $base
    (memory (export "memory") 100)
    
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $base (instantiate $base))
  (alias core export $base "memory" (core memory $memory))
  (alias core export $base "realloc" (core func $realloc))
  (core module $main
    (import "base" "memory" (memory 100))
    (data (i32.const 16) "\18\00\00\00\01\00\00\00\20\00\00\00\06\00\00\00attack")
    (data (i32.const 64) "\48\00\00\00\01\00\00\001")
    (func (export "names") (result i32)
      (local $at i32)
      (memory.fill (i32.const 0x100000) (i32.const 97) (i32.const 60000))
      (local.set $at (i32.const 65536))
      (loop $again
        (i32.store (local.get $at) (i32.const 0x100000)) (i32.store offset=4 (local.get $at) (i32.const 12000))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $again (i32.lt_u (local.get $at) (i32.const 145536))))
      (i32.store (i32.const 8192) (i32.const 65536)) (i32.store (i32.const 8196) (i32.const 10000)) (i32.const 8192))
    (func (export "call") (param i32 i32 i32 i32) (result i32) (local $n i32)
      (i32.const 64)))
  (core instance $main (instantiate $main (with "base" (instance $base))))
  (func $names (result (list string))
    (canon lift (core func $main "names") (memory $memory) (realloc $realloc)))
  (func $call (param "tool" string) (param "arguments" string) (result string)
    (canon lift (core func $main "call") (memory $memory) (realloc $realloc)))
  (instance $tools (export "names" (func $names)) (export "call" (func $call)))
  (export "gemproof:mock/tools@1.0.0" (instance $tools)))
