;; tries: memory for an answer that never comes
;; expect: limit

(component
  (import "gemproof:mock/world@1.0.0" (instance $world
    (export "now" (func (result string)))))
  (core module $base
    (memory (export "memory") 1)
    
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (if (i32.eq (i32.load8_u (i32.const 200)) (i32.const 1)) (then (loop $again (br $again)))) (i32.const 4096)))
  (core instance $base (instantiate $base))
  (alias core export $base "memory" (core memory $memory))
  (alias core export $base "realloc" (core func $realloc))
  (core func $now (canon lower (func $world "now") (memory $memory) (realloc $realloc)))
  (core module $main
    (import "base" "memory" (memory 1))
    (import "host" "now" (func $now (param i32)))
    (data (i32.const 16) "\18\00\00\00\01\00\00\00\20\00\00\00\06\00\00\00attack")
    (data (i32.const 64) "\48\00\00\00\01\00\00\001")
    (func $mark (i32.store8 (i32.const 200) (i32.const 1)))
    (start $mark)
    (func (export "names") (result i32)
      (i32.const 16))
    (func (export "call") (param i32 i32 i32 i32) (result i32) (local $n i32)
      (call $now (i32.const 128)) unreachable))
  (core instance $main (instantiate $main (with "base" (instance $base)) (with "host" (instance (export "now" (func $now))))))
  (func $names (result (list string))
    (canon lift (core func $main "names") (memory $memory) (realloc $realloc)))
  (func $call (param "tool" string) (param "arguments" string) (result string)
    (canon lift (core func $main "call") (memory $memory) (realloc $realloc)))
  (instance $tools (export "names" (func $names)) (export "call" (func $call)))
  (export "gemproof:mock/tools@1.0.0" (instance $tools)))
