;; tries: a tool that is a global
;; expect: load

(module
  (global (export "tool:attack") i32 (i32.const 1)))
