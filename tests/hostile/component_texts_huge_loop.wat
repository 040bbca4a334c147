;; tries: large texts again and again in functions that do nothing with them
;; expect: limit

(component
  (import "gemproof:mock/world@1.0.0" (instance $world
    (export "days-between" (func (param "start" string) (param "end" string) (result (option s64))))))
  (core module $base
    (memory (export "memory") 1000)
    
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $base (instantiate $base))
  (alias core export $base "memory" (core memory $memory))
  (alias core export $base "realloc" (core func $realloc))
  (core func $days-between (canon lower (func $world "days-between") (memory $memory) (realloc $realloc)))
  (core module $main
    (import "base" "memory" (memory 1000))
    (import "host" "days-between" (func $days-between (param i32 i32 i32 i32 i32)))
    (data (i32.const 16) "\18\00\00\00\01\00\00\00\20\00\00\00\06\00\00\00attack")
    (data (i32.const 64) "\48\00\00\00\01\00\00\001")
    (func (export "names") (result i32)
      (i32.const 16))
    (func (export "call") (param i32 i32 i32 i32) (result i32) (local $n i32)
      (loop $again (call $days-between (i32.const 65536) (i32.const 60000000) (i32.const 65536) (i32.const 60000000) (i32.const 128)) (br $again)) unreachable))
  (core instance $main (instantiate $main (with "base" (instance $base)) (with "host" (instance (export "days-between" (func $days-between))))))
  (func $names (result (list string))
    (canon lift (core func $main "names") (memory $memory) (realloc $realloc)))
  (func $call (param "tool" string) (param "arguments" string) (result string)
    (canon lift (core func $main "call") (memory $memory) (realloc $realloc)))
  (instance $tools (export "names" (func $names)) (export "call" (func $call)))
  (export "gemproof:mock/tools@1.0.0" (instance $tools)))
