;; A core module is inspected as the component that it becomes.
;; RUN: inspect %
;; RUN: inspect % --json

(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 3)))
)

;; $ wasi-uplift inspect core-module.wasm
;; exit code: 0
;; stdout:
;;   core-module.wasm: core module, N bytes
;;
;;   imports
;;     wasi:cli/exit@0.2.12    adapter; may wait: exit
;;     wasi:io/error@0.2.12    adapter
;;     wasi:io/streams@0.2.12  adapter; may wait: [method]output-stream.blocking-write-and-flush
;;     wasi:cli/stderr@0.2.12  adapter
;;
;;   exports
;;     wasi:cli/run@0.2.12  becomes wasi:cli/run@0.3.0
;;
;;   the result imports
;;     wasi:cli/exit@0.3.0
;;     wasi:cli/types@0.3.0
;;     wasi:cli/stderr@0.3.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async, multi-memory
;;   Not `async`, so that it traps when it would have to wait: the start function of a core module.
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.

;; $ wasi-uplift inspect core-module.wasm --json
;; exit code: 0
;; stdout:
;;   {
;;     "differences": [],
;;     "engine": [
;;       "component-model-async",
;;       "multi-memory"
;;     ],
;;     "exports": [
;;       {
;;         "became-async": [],
;;         "fate": "lifted",
;;         "functions": [
;;           "run"
;;         ],
;;         "interface": "wasi:cli/run",
;;         "name": "wasi:cli/run@0.2.12",
;;         "to": "wasi:cli/run@0.3.0",
;;         "version": "0.2.12"
;;       }
;;     ],
;;     "guest": "core-module.wasm",
;;     "host": [],
;;     "imports": [
;;       {
;;         "by": "wasi:cli/exit@0.2.12",
;;         "fate": "adapter",
;;         "functions": [
;;           "exit"
;;         ],
;;         "interface": "wasi:cli/exit",
;;         "name": "wasi:cli/exit@0.2.12",
;;         "version": "0.2.12",
;;         "waiting": [
;;           "exit"
;;         ]
;;       },
;;       {
;;         "by": "wasi:io/error@0.2.12",
;;         "fate": "adapter",
;;         "functions": [],
;;         "interface": "wasi:io/error",
;;         "name": "wasi:io/error@0.2.12",
;;         "version": "0.2.12",
;;         "waiting": []
;;       },
;;       {
;;         "by": "wasi:io/streams@0.2.12",
;;         "fate": "adapter",
;;         "functions": [
;;           "[method]output-stream.blocking-write-and-flush"
;;         ],
;;         "interface": "wasi:io/streams",
;;         "name": "wasi:io/streams@0.2.12",
;;         "version": "0.2.12",
;;         "waiting": [
;;           "[method]output-stream.blocking-write-and-flush"
;;         ]
;;       },
;;       {
;;         "by": "wasi:cli/stderr@0.2.12",
;;         "fate": "adapter",
;;         "functions": [
;;           "get-stderr"
;;         ],
;;         "interface": "wasi:cli/stderr",
;;         "name": "wasi:cli/stderr@0.2.12",
;;         "version": "0.2.12",
;;         "waiting": []
;;       }
;;     ],
;;     "kind": "module",
;;     "result": {
;;       "added": N,
;;       "cannot-wait": [
;;         {
;;           "component": null,
;;           "kind": "start"
;;         }
;;       ],
;;       "exports": [
;;         "wasi:cli/run@0.3.0"
;;       ],
;;       "front": false,
;;       "imports": [
;;         "wasi:cli/exit@0.3.0",
;;         "wasi:cli/types@0.3.0",
;;         "wasi:cli/stderr@0.3.0"
;;       ],
;;       "link": "fused",
;;       "not-fused": null,
;;       "size": N
;;     },
;;     "schema": 1,
;;     "size": N,
;;     "target": "0.3.0",
;;     "verdict": "composes"
;;   }
