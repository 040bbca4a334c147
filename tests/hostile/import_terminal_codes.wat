;; tries: a name that would move the cursor of a terminal
;; expect: load

(module
  (import "\1b[2J\1b[H" "\07\0a" (func))
  (func (export "tool:attack") (param i32) (result i32) (i32.const 0)))
