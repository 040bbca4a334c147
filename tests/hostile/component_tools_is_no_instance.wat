;; tries: the tools as a function
;; expect: load

(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (export "gemproof:mock/tools@1.0.0" (func $f)))
