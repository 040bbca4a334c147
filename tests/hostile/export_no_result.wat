;; tries: a tool without an answer
;; expect: load

(module
  (func (export "tool:attack") (param i32)))
