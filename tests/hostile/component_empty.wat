;; tries: a component of nothing
;; expect: load

(component)
