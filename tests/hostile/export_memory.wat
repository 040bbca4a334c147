;; tries: a tool that is a memory
;; expect: load

(module
  (memory (export "tool:attack") 1))
