;; Exports a type that it imports, and not the other one that it is made of. With a plug that serves
;; the import, nobody could name that.
;; RUN: compose % --plug shelf.wasm -o joined.wasm

(component
  (import "test:shelf/shelf" (instance $shelf
    (type $genre (enum "novel" "essay"))
    (export "genre" (type $genre' (eq $genre)))
    (type $book (record (field "genre" $genre')))
    (export "book" (type $book' (eq $book)))
    (export "take" (func (result $book')))))
  (alias export $shelf "genre" (type $genre))
  (alias export $shelf "book" (type $book))
  (core func $take (canon lower (func $shelf "take")))
  (core module $m
    (import "" "take" (func $take (result i32)))
    (func (export "lend") (result i32) (call $take)))
  (core instance $i (instantiate $m (with "" (instance (export "take" (func $take))))))
  (func $lend (result $book) (canon lift (core func $i "lend")))
  (component $desk
    (type $genre (enum "novel" "essay"))
    (import "genre" (type $genre' (eq $genre)))
    (type $book (record (field "genre" $genre')))
    (import "book" (type $book' (eq $book)))
    (import "lend" (func $lend (result $book')))
    (export $book'' "book" (type $book'))
    (export "lend" (func $lend) (func (result $book''))))
  (instance $exports (instantiate $desk
    (with "genre" (type $genre)) (with "book" (type $book)) (with "lend" (func $lend))))
  (export "test:shelf/desk" (instance $exports))
)

;; $ wasi-uplift compose desk.wasm --plug shelf.wasm -o joined.wasm
;; exit code: 1
;; stderr:
;;   error: the export `test:shelf/desk` of `desk.wasm` has the type `book` of `test:shelf/shelf`, which the plug `shelf.wasm` serves and nothing exports: have a `.wac` file export both
