;; tries: handles to resources of its own without end
;; expect: fault

(component
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (core module $main
    (import "host" "new" (func $new (param i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "\18\00\00\00\01\00\00\00\20\00\00\00\06\00\00\00attack")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
    (func (export "names") (result i32) (i32.const 16))
    (func (export "call") (param i32 i32 i32 i32) (result i32)
      (loop $again (drop (call $new (i32.const 1))) (br $again)) unreachable))
  (core instance $main (instantiate $main (with "host" (instance (export "new" (func $new))))))
  (alias core export $main "memory" (core memory $memory))
  (alias core export $main "realloc" (core func $realloc))
  (func $names (result (list string))
    (canon lift (core func $main "names") (memory $memory) (realloc $realloc)))
  (func $call (param "tool" string) (param "arguments" string) (result string)
    (canon lift (core func $main "call") (memory $memory) (realloc $realloc)))
  (instance $tools (export "names" (func $names)) (export "call" (func $call)))
  (export "gemproof:mock/tools@1.0.0" (instance $tools)))
