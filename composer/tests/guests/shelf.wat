;; Exports types, one of which is made of the other.
;; RUN: inspect %

(component
  (core module $m (func (export "take") (result i32) (i32.const 1)))
  (core instance $i (instantiate $m))
  (type $genre (enum "novel" "essay"))
  (type $book (record (field "genre" $genre)))
  (func $take (result $book) (canon lift (core func $i "take")))
  (component $shelf
    (type $genre (enum "novel" "essay"))
    (import "genre" (type $genre' (eq $genre)))
    (type $book (record (field "genre" $genre')))
    (import "book" (type $book' (eq $book)))
    (import "take" (func $take (result $book')))
    (export $genre'' "genre" (type $genre'))
    (type $again (record (field "genre" $genre'')))
    (export $book'' "book" (type $book') (type (eq $again)))
    (export "take" (func $take) (func (result $book''))))
  (instance $exports (instantiate $shelf
    (with "genre" (type $genre)) (with "book" (type $book)) (with "take" (func $take))))
  (export "test:shelf/shelf" (instance $exports))
)

;; $ wasi-uplift inspect shelf.wasm
;; exit code: 3
;; stdout:
;;   shelf.wasm: component, N bytes
;;
;;   exports
;;     test:shelf/shelf  stays, under the same name
;;
;;   It runs on a host that ships only WASI 0.3 as it is.
