;; tries: a tool that is a table
;; expect: load

(module
  (table (export "tool:attack") 1 funcref))
