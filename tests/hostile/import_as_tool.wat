;; tries: to export an imported function as a tool
;; expect: answer = {"id":"a","l":[1,2,3],"n":2}

(module
  (import "gemproof/1" "copy" (func $c (param i32) (result i32)))
  (export "tool:attack" (func $c)))
