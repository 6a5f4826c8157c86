;; A guest that imports nothing is left as it is, unless its export is to become `async`.
;; RUN: compose % --wat
;; RUN: compose % --wat --async f

(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (export "f" (func $f))
)

;; $ wasi-uplift compose async-of-needs-nothing.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (core module $m (;0;)
;;       (type (;0;) (func))
;;       (export "f" (func 0))
;;       (func (;0;) (type 0))
;;     )
;;     (core instance $i (;0;) (instantiate $m))
;;     (type (;0;) (func))
;;     (alias core export $i "f" (core func (;0;)))
;;     (func $f (;0;) (type 0) (canon lift (core func 0)))
;;     (export (;1;) "f" (func $f))
;;   )
;; stderr:
;;   note: `async-of-needs-nothing.wasm` needs nothing of WASI 0.2, the result is a copy of it

;; $ wasi-uplift compose async-of-needs-nothing.wasm --wat --async f
;; exit code: 0
;; stdout:
;;   (component
;;     (core module (;0;)
;;       (type (;0;) (func (param i32) (result i32)))
;;       (type (;1;) (func (param i32 i32) (result i32)))
;;       (type (;2;) (func (param i32)))
;;       (type (;3;) (func (param i32 i32)))
;;       (table (;0;) 0 0 funcref)
;;       (memory (;0;) 1)
;;       (global (;0;) (mut i32) i32.const 0)
;;       (global (;1;) (mut i32) i32.const 1)
;;       (global (;2;) (mut i32) i32.const 0)
;;       (export "destructors" (table 0))
;;       (export "may-not-leave" (global 0))
;;       (export "borrow" (func 2))
;;       (export "take" (func 4))
;;       (export "give" (func 5))
;;       (func (;0;) (type 1) (param i32 i32) (result i32)
;;         (local i32 i32)
;;         global.get 2
;;         local.tee 2
;;         if ;; label = @1
;;           local.get 2
;;           i32.const 4
;;           i32.shl
;;           local.tee 3
;;           i32.load offset=8
;;           global.set 2
;;         else
;;           global.get 1
;;           local.tee 2
;;           i32.const 4194304
;;           i32.ge_u
;;           if ;; label = @2
;;             unreachable
;;           end
;;           local.get 2
;;           i32.const 1
;;           i32.add
;;           global.set 1
;;           local.get 2
;;           i32.const 4
;;           i32.shl
;;           local.tee 3
;;           memory.size
;;           i32.const 16
;;           i32.shl
;;           i32.ge_u
;;           if ;; label = @2
;;             i32.const 1
;;             memory.grow
;;             i32.const 0
;;             i32.lt_s
;;             if ;; label = @3
;;               unreachable
;;             end
;;           end
;;         end
;;         local.get 3
;;         local.get 0
;;         i32.store offset=8
;;         local.get 3
;;         local.get 1
;;         i32.store offset=4
;;         local.get 3
;;         local.get 3
;;         i32.load offset=12
;;         i32.const 22
;;         i32.shl
;;         local.get 2
;;         i32.or
;;         local.tee 2
;;         i32.store
;;         local.get 2
;;       )
;;       (func (;1;) (type 1) (param i32 i32) (result i32)
;;         (local i32)
;;         local.get 0
;;         i32.const 4194303
;;         i32.and
;;         i32.const 4
;;         i32.shl
;;         local.tee 2
;;         i32.load
;;         local.get 0
;;         i32.ne
;;         local.get 2
;;         i32.load offset=4
;;         local.get 1
;;         i32.ne
;;         i32.or
;;         if ;; label = @1
;;           unreachable
;;         end
;;         local.get 2
;;       )
;;       (func (;2;) (type 1) (param i32 i32) (result i32)
;;         local.get 0
;;         local.get 1
;;         call 1
;;         i32.load offset=8
;;       )
;;       (func (;3;) (type 1) (param i32 i32) (result i32)
;;         (local i32 i32)
;;         local.get 0
;;         local.get 1
;;         call 1
;;         local.tee 2
;;         i32.load offset=8
;;         local.set 3
;;         local.get 2
;;         i32.const 0
;;         i32.store
;;         local.get 2
;;         i32.const 0
;;         i32.store offset=4
;;         local.get 2
;;         global.get 2
;;         i32.store offset=8
;;         local.get 2
;;         local.get 2
;;         i32.load offset=12
;;         i32.const 1
;;         i32.add
;;         i32.const 63
;;         i32.and
;;         i32.store offset=12
;;         local.get 0
;;         i32.const 4194303
;;         i32.and
;;         global.set 2
;;         local.get 3
;;       )
;;       (func (;4;) (type 3) (param i32 i32)
;;         local.get 0
;;         local.get 1
;;         call 1
;;         local.get 1
;;         i32.const -2
;;         i32.and
;;         i32.store offset=4
;;       )
;;       (func (;5;) (type 2) (param i32)
;;         (local i32)
;;         local.get 0
;;         i32.const 4194303
;;         i32.and
;;         i32.const 4
;;         i32.shl
;;         local.tee 1
;;         local.get 1
;;         i32.load offset=4
;;         i32.const 1
;;         i32.or
;;         i32.store offset=4
;;       )
;;     )
;;     (core instance (;0;) (instantiate 0))
;;     (core module (;1;)
;;       (type (;0;) (func (param i32) (result i32)))
;;       (type (;1;) (func (param i32)))
;;       (type (;2;) (func (param i32 i32) (result i32)))
;;       (type (;3;) (func (param i32 i32)))
;;       (type (;4;) (func (param i32 i32 i32 i32) (result i32)))
;;       (type (;5;) (func))
;;       (memory (;0;) 1)
;;       (export "memory" (memory 0))
;;       (export "cabi_realloc" (func 15))
;;       (func (;0;) (type 3) (param i32 i32)
;;         (local i32)
;;         block ;; label = @1
;;           block ;; label = @2
;;             local.get 0
;;             i32.const -8
;;             i32.and
;;             local.tee 2
;;             i32.const 4
;;             i32.const 8
;;             local.get 0
;;             i32.const 3
;;             i32.and
;;             local.tee 0
;;             select
;;             local.get 1
;;             i32.add
;;             i32.lt_u
;;             br_if 0 (;@2;)
;;             local.get 0
;;             i32.eqz
;;             br_if 1 (;@1;)
;;             local.get 2
;;             local.get 1
;;             i32.const 39
;;             i32.add
;;             i32.le_u
;;             br_if 1 (;@1;)
;;             i32.const 46
;;             call 13
;;             unreachable
;;           end
;;           i32.const 46
;;           call 13
;;           unreachable
;;         end
;;       )
;;       (func (;1;) (type 1) (param i32)
;;         (local i32 i32 i32 i32 i32)
;;         local.get 0
;;         i32.const -8
;;         i32.add
;;         local.tee 1
;;         local.get 0
;;         i32.const -4
;;         i32.add
;;         i32.load
;;         local.tee 2
;;         i32.const -8
;;         i32.and
;;         local.tee 0
;;         i32.add
;;         local.set 3
;;         block ;; label = @1
;;           block ;; label = @2
;;             local.get 2
;;             i32.const 1
;;             i32.and
;;             br_if 0 (;@2;)
;;             local.get 2
;;             i32.const 2
;;             i32.and
;;             i32.eqz
;;             br_if 1 (;@1;)
;;             local.get 1
;;             i32.load
;;             local.tee 2
;;             local.get 0
;;             i32.add
;;             local.set 0
;;             block ;; label = @3
;;               local.get 1
;;               local.get 2
;;               i32.sub
;;               local.tee 1
;;               i32.const 0
;;               i32.load offset=24664
;;               i32.ne
;;               br_if 0 (;@3;)
;;               local.get 3
;;               i32.load offset=4
;;               i32.const 3
;;               i32.and
;;               i32.const 3
;;               i32.ne
;;               br_if 1 (;@2;)
;;               i32.const 0
;;               local.get 0
;;               i32.store offset=24656
;;               local.get 3
;;               local.get 3
;;               i32.load offset=4
;;               i32.const -2
;;               i32.and
;;               i32.store offset=4
;;               local.get 1
;;               local.get 0
;;               i32.const 1
;;               i32.or
;;               i32.store offset=4
;;               local.get 3
;;               local.get 0
;;               i32.store
;;               return
;;             end
;;             local.get 1
;;             local.get 2
;;             call 4
;;           end
;;           block ;; label = @2
;;             block ;; label = @3
;;               block ;; label = @4
;;                 block ;; label = @5
;;                   block ;; label = @6
;;                     block ;; label = @7
;;                       block ;; label = @8
;;                         local.get 3
;;                         i32.load offset=4
;;                         local.tee 2
;;                         i32.const 2
;;                         i32.and
;;                         br_if 0 (;@8;)
;;                         local.get 3
;;                         i32.const 0
;;                         i32.load offset=24668
;;                         i32.eq
;;                         br_if 2 (;@6;)
;;                         local.get 3
;;                         i32.const 0
;;                         i32.load offset=24664
;;                         i32.eq
;;                         br_if 5 (;@3;)
;;                         local.get 3
;;                         local.get 2
;;                         i32.const -8
;;                         i32.and
;;                         local.tee 2
;;                         call 4
;;                         local.get 1
;;                         local.get 2
;;                         local.get 0
;;                         i32.add
;;                         local.tee 0
;;                         i32.const 1
;;                         i32.or
;;                         i32.store offset=4
;;                         local.get 1
;;                         local.get 0
;;                         i32.add
;;                         local.get 0
;;                         i32.store
;;                         local.get 1
;;                         i32.const 0
;;                         i32.load offset=24664
;;                         i32.ne
;;                         br_if 1 (;@7;)
;;                         i32.const 0
;;                         local.get 0
;;                         i32.store offset=24656
;;                         return
;;                       end
;;                       local.get 3
;;                       local.get 2
;;                       i32.const -2
;;                       i32.and
;;                       i32.store offset=4
;;                       local.get 1
;;                       local.get 0
;;                       i32.const 1
;;                       i32.or
;;                       i32.store offset=4
;;                       local.get 1
;;                       local.get 0
;;                       i32.add
;;                       local.get 0
;;                       i32.store
;;                     end
;;                     local.get 0
;;                     i32.const 256
;;                     i32.lt_u
;;                     br_if 1 (;@5;)
;;                     local.get 1
;;                     local.get 0
;;                     call 11
;;                     i32.const 0
;;                     local.set 1
;;                     i32.const 0
;;                     i32.const 0
;;                     i32.load offset=24688
;;                     i32.const -1
;;                     i32.add
;;                     local.tee 0
;;                     i32.store offset=24688
;;                     local.get 0
;;                     i32.eqz
;;                     br_if 2 (;@4;)
;;                     br 5 (;@1;)
;;                   end
;;                   i32.const 0
;;                   local.get 1
;;                   i32.store offset=24668
;;                   i32.const 0
;;                   i32.const 0
;;                   i32.load offset=24660
;;                   local.get 0
;;                   i32.add
;;                   local.tee 0
;;                   i32.store offset=24660
;;                   local.get 1
;;                   local.get 0
;;                   i32.const 1
;;                   i32.or
;;                   i32.store offset=4
;;                   block ;; label = @6
;;                     local.get 1
;;                     i32.const 0
;;                     i32.load offset=24664
;;                     i32.ne
;;                     br_if 0 (;@6;)
;;                     i32.const 0
;;                     i32.const 0
;;                     i32.store offset=24656
;;                     i32.const 0
;;                     i32.const 0
;;                     i32.store offset=24664
;;                   end
;;                   local.get 0
;;                   i32.const 0
;;                   i32.load offset=24680
;;                   local.tee 4
;;                   i32.le_u
;;                   br_if 4 (;@1;)
;;                   i32.const -48
;;                   i32.const 0
;;                   i32.load offset=24692
;;                   local.tee 0
;;                   i32.sub
;;                   i32.const -9
;;                   i32.and
;;                   i32.const 3
;;                   i32.eq
;;                   br_if 4 (;@1;)
;;                   i32.const 0
;;                   i32.load offset=24668
;;                   local.tee 3
;;                   i32.eqz
;;                   br_if 4 (;@1;)
;;                   i32.const 0
;;                   local.set 1
;;                   i32.const 0
;;                   i32.load offset=24660
;;                   local.tee 5
;;                   i32.const 41
;;                   i32.lt_u
;;                   br_if 3 (;@2;)
;;                   block ;; label = @6
;;                     local.get 0
;;                     i32.eqz
;;                     br_if 0 (;@6;)
;;                     i32.const 24368
;;                     local.set 0
;;                     loop ;; label = @7
;;                       block ;; label = @8
;;                         local.get 0
;;                         i32.load
;;                         local.tee 2
;;                         local.get 3
;;                         i32.gt_u
;;                         br_if 0 (;@8;)
;;                         local.get 3
;;                         local.get 2
;;                         local.get 0
;;                         i32.const 4
;;                         i32.add
;;                         i32.load
;;                         i32.add
;;                         i32.lt_u
;;                         br_if 6 (;@2;)
;;                       end
;;                       local.get 0
;;                       i32.load offset=8
;;                       local.tee 0
;;                       br_if 0 (;@7;)
;;                       br 5 (;@2;)
;;                     end
;;                   end
;;                   call 7
;;                   unreachable
;;                 end
;;                 block ;; label = @5
;;                   block ;; label = @6
;;                     i32.const 0
;;                     i32.load offset=24648
;;                     local.tee 3
;;                     i32.const 1
;;                     local.get 0
;;                     i32.const 3
;;                     i32.shr_u
;;                     i32.shl
;;                     local.tee 2
;;                     i32.and
;;                     br_if 0 (;@6;)
;;                     i32.const 0
;;                     local.get 3
;;                     local.get 2
;;                     i32.or
;;                     i32.store offset=24648
;;                     local.get 0
;;                     i32.const 248
;;                     i32.and
;;                     i32.const 24384
;;                     i32.add
;;                     local.tee 0
;;                     local.set 3
;;                     br 1 (;@5;)
;;                   end
;;                   local.get 0
;;                   i32.const 248
;;                   i32.and
;;                   local.tee 0
;;                   i32.const 24384
;;                   i32.add
;;                   local.set 3
;;                   local.get 0
;;                   i32.const 24392
;;                   i32.add
;;                   i32.load
;;                   local.set 0
;;                 end
;;                 local.get 3
;;                 local.get 1
;;                 i32.store offset=8
;;                 local.get 0
;;                 local.get 1
;;                 i32.store offset=12
;;                 local.get 1
;;                 local.get 3
;;                 i32.store offset=12
;;                 local.get 1
;;                 local.get 0
;;                 i32.store offset=8
;;                 return
;;               end
;;               block ;; label = @4
;;                 i32.const 0
;;                 i32.load offset=24376
;;                 local.tee 0
;;                 i32.eqz
;;                 br_if 0 (;@4;)
;;                 i32.const 0
;;                 local.set 1
;;                 loop ;; label = @5
;;                   local.get 1
;;                   i32.const 1
;;                   i32.add
;;                   local.set 1
;;                   local.get 0
;;                   i32.load offset=8
;;                   local.tee 0
;;                   br_if 0 (;@5;)
;;                 end
;;               end
;;               i32.const 0
;;               i32.const 0
;;               i32.load offset=24696
;;               local.tee 0
;;               local.get 1
;;               local.get 0
;;               local.get 1
;;               i32.gt_u
;;               select
;;               i32.const -1
;;               local.get 0
;;               select
;;               i32.store offset=24688
;;               return
;;             end
;;             i32.const 0
;;             local.get 1
;;             i32.store offset=24664
;;             i32.const 0
;;             i32.const 0
;;             i32.load offset=24656
;;             local.get 0
;;             i32.add
;;             local.tee 0
;;             i32.store offset=24656
;;             local.get 1
;;             local.get 0
;;             i32.const 1
;;             i32.or
;;             i32.store offset=4
;;             local.get 1
;;             local.get 0
;;             i32.add
;;             local.get 0
;;             i32.store
;;             return
;;           end
;;           block ;; label = @2
;;             i32.const 0
;;             i32.load offset=24376
;;             local.tee 0
;;             i32.eqz
;;             br_if 0 (;@2;)
;;             i32.const 0
;;             local.set 1
;;             loop ;; label = @3
;;               local.get 1
;;               i32.const 1
;;               i32.add
;;               local.set 1
;;               local.get 0
;;               i32.load offset=8
;;               local.tee 0
;;               br_if 0 (;@3;)
;;             end
;;           end
;;           i32.const 0
;;           i32.const 0
;;           i32.load offset=24696
;;           local.tee 0
;;           local.get 1
;;           local.get 0
;;           local.get 1
;;           i32.gt_u
;;           select
;;           i32.const -1
;;           local.get 0
;;           select
;;           i32.store offset=24688
;;           local.get 5
;;           local.get 4
;;           i32.le_u
;;           br_if 0 (;@1;)
;;           i32.const 0
;;           i32.const -1
;;           i32.store offset=24680
;;           return
;;         end
;;       )
;;       (func (;2;) (type 4) (param i32 i32 i32 i32) (result i32)
;;         (local i32 i32 i32 i32 i32 i32)
;;         local.get 0
;;         i32.const -4
;;         i32.add
;;         local.tee 4
;;         i32.load
;;         local.tee 5
;;         local.get 1
;;         call 0
;;         block ;; label = @1
;;           block ;; label = @2
;;             block ;; label = @3
;;               block ;; label = @4
;;                 block ;; label = @5
;;                   local.get 2
;;                   i32.const 9
;;                   i32.lt_u
;;                   br_if 0 (;@5;)
;;                   local.get 3
;;                   local.get 2
;;                   call 3
;;                   local.tee 2
;;                   br_if 1 (;@4;)
;;                   i32.const 0
;;                   return
;;                 end
;;                 i32.const 0
;;                 local.set 2
;;                 local.get 3
;;                 i32.const -48
;;                 i32.const 0
;;                 i32.load offset=24692
;;                 local.tee 6
;;                 i32.sub
;;                 i32.const -9
;;                 i32.and
;;                 i32.const -3
;;                 i32.add
;;                 local.tee 1
;;                 i32.const -64
;;                 local.get 1
;;                 i32.const -64
;;                 i32.lt_u
;;                 select
;;                 i32.ge_u
;;                 br_if 1 (;@3;)
;;                 i32.const 16
;;                 local.get 3
;;                 i32.const 11
;;                 i32.add
;;                 i32.const -8
;;                 i32.and
;;                 local.get 3
;;                 i32.const 11
;;                 i32.lt_u
;;                 select
;;                 local.set 1
;;                 local.get 5
;;                 i32.const -8
;;                 i32.and
;;                 local.set 7
;;                 block ;; label = @5
;;                   block ;; label = @6
;;                     block ;; label = @7
;;                       block ;; label = @8
;;                         block ;; label = @9
;;                           block ;; label = @10
;;                             block ;; label = @11
;;                               local.get 5
;;                               i32.const 3
;;                               i32.and
;;                               i32.eqz
;;                               br_if 0 (;@11;)
;;                               local.get 0
;;                               i32.const -8
;;                               i32.add
;;                               local.tee 8
;;                               local.get 7
;;                               i32.add
;;                               local.set 6
;;                               local.get 7
;;                               local.get 1
;;                               i32.ge_u
;;                               br_if 1 (;@10;)
;;                               local.get 6
;;                               i32.const 0
;;                               i32.load offset=24668
;;                               i32.eq
;;                               br_if 5 (;@6;)
;;                               local.get 6
;;                               i32.const 0
;;                               i32.load offset=24664
;;                               i32.eq
;;                               br_if 3 (;@8;)
;;                               local.get 6
;;                               i32.load offset=4
;;                               local.tee 5
;;                               i32.const 2
;;                               i32.and
;;                               br_if 6 (;@5;)
;;                               local.get 5
;;                               i32.const -8
;;                               i32.and
;;                               local.tee 9
;;                               local.get 7
;;                               i32.add
;;                               local.tee 5
;;                               local.get 1
;;                               i32.lt_u
;;                               br_if 6 (;@5;)
;;                               local.get 6
;;                               local.get 9
;;                               call 4
;;                               local.get 5
;;                               local.get 1
;;                               i32.sub
;;                               local.tee 3
;;                               i32.const 16
;;                               i32.lt_u
;;                               br_if 2 (;@9;)
;;                               local.get 4
;;                               local.get 1
;;                               local.get 4
;;                               i32.load
;;                               i32.const 1
;;                               i32.and
;;                               i32.or
;;                               i32.const 2
;;                               i32.or
;;                               i32.store
;;                               local.get 8
;;                               local.get 1
;;                               i32.add
;;                               local.tee 1
;;                               local.get 3
;;                               i32.const 3
;;                               i32.or
;;                               i32.store offset=4
;;                               local.get 8
;;                               local.get 5
;;                               i32.add
;;                               local.tee 2
;;                               local.get 2
;;                               i32.load offset=4
;;                               i32.const 1
;;                               i32.or
;;                               i32.store offset=4
;;                               local.get 1
;;                               local.get 3
;;                               call 5
;;                               br 10 (;@1;)
;;                             end
;;                             local.get 1
;;                             i32.const 256
;;                             i32.lt_u
;;                             br_if 5 (;@5;)
;;                             local.get 7
;;                             local.get 1
;;                             i32.le_u
;;                             br_if 5 (;@5;)
;;                             local.get 7
;;                             local.get 1
;;                             i32.sub
;;                             local.get 6
;;                             i32.const 1
;;                             i32.shl
;;                             i32.le_u
;;                             br_if 9 (;@1;)
;;                             br 5 (;@5;)
;;                           end
;;                           local.get 7
;;                           local.get 1
;;                           i32.sub
;;                           local.tee 3
;;                           i32.const 16
;;                           i32.ge_u
;;                           br_if 2 (;@7;)
;;                           br 8 (;@1;)
;;                         end
;;                         local.get 4
;;                         local.get 5
;;                         local.get 4
;;                         i32.load
;;                         i32.const 1
;;                         i32.and
;;                         i32.or
;;                         i32.const 2
;;                         i32.or
;;                         i32.store
;;                         local.get 8
;;                         local.get 5
;;                         i32.add
;;                         local.tee 3
;;                         local.get 3
;;                         i32.load offset=4
;;                         i32.const 1
;;                         i32.or
;;                         i32.store offset=4
;;                         br 7 (;@1;)
;;                       end
;;                       i32.const 0
;;                       i32.load offset=24656
;;                       local.get 7
;;                       i32.add
;;                       local.tee 7
;;                       local.get 1
;;                       i32.lt_u
;;                       br_if 2 (;@5;)
;;                       block ;; label = @8
;;                         block ;; label = @9
;;                           local.get 7
;;                           local.get 1
;;                           i32.sub
;;                           local.tee 3
;;                           i32.const 15
;;                           i32.gt_u
;;                           br_if 0 (;@9;)
;;                           local.get 4
;;                           local.get 7
;;                           local.get 5
;;                           i32.const 1
;;                           i32.and
;;                           i32.or
;;                           i32.const 2
;;                           i32.or
;;                           i32.store
;;                           local.get 8
;;                           local.get 7
;;                           i32.add
;;                           local.tee 3
;;                           local.get 3
;;                           i32.load offset=4
;;                           i32.const 1
;;                           i32.or
;;                           i32.store offset=4
;;                           i32.const 0
;;                           local.set 3
;;                           i32.const 0
;;                           local.set 1
;;                           br 1 (;@8;)
;;                         end
;;                         local.get 4
;;                         local.get 1
;;                         local.get 5
;;                         i32.const 1
;;                         i32.and
;;                         i32.or
;;                         i32.const 2
;;                         i32.or
;;                         i32.store
;;                         local.get 8
;;                         local.get 1
;;                         i32.add
;;                         local.tee 1
;;                         local.get 3
;;                         i32.const 1
;;                         i32.or
;;                         i32.store offset=4
;;                         local.get 8
;;                         local.get 7
;;                         i32.add
;;                         local.tee 2
;;                         local.get 3
;;                         i32.store
;;                         local.get 2
;;                         local.get 2
;;                         i32.load offset=4
;;                         i32.const -2
;;                         i32.and
;;                         i32.store offset=4
;;                       end
;;                       i32.const 0
;;                       local.get 1
;;                       i32.store offset=24664
;;                       i32.const 0
;;                       local.get 3
;;                       i32.store offset=24656
;;                       br 6 (;@1;)
;;                     end
;;                     local.get 4
;;                     local.get 1
;;                     local.get 5
;;                     i32.const 1
;;                     i32.and
;;                     i32.or
;;                     i32.const 2
;;                     i32.or
;;                     i32.store
;;                     local.get 8
;;                     local.get 1
;;                     i32.add
;;                     local.tee 1
;;                     local.get 3
;;                     i32.const 3
;;                     i32.or
;;                     i32.store offset=4
;;                     local.get 6
;;                     local.get 6
;;                     i32.load offset=4
;;                     i32.const 1
;;                     i32.or
;;                     i32.store offset=4
;;                     local.get 1
;;                     local.get 3
;;                     call 5
;;                     br 5 (;@1;)
;;                   end
;;                   i32.const 0
;;                   i32.load offset=24660
;;                   local.get 7
;;                   i32.add
;;                   local.tee 7
;;                   local.get 1
;;                   i32.gt_u
;;                   br_if 3 (;@2;)
;;                 end
;;                 local.get 3
;;                 call 6
;;                 local.tee 1
;;                 i32.eqz
;;                 br_if 1 (;@3;)
;;                 block ;; label = @5
;;                   local.get 3
;;                   i32.const -4
;;                   i32.const -8
;;                   local.get 4
;;                   i32.load
;;                   local.tee 2
;;                   i32.const 3
;;                   i32.and
;;                   select
;;                   local.get 2
;;                   i32.const -8
;;                   i32.and
;;                   i32.add
;;                   local.tee 2
;;                   local.get 3
;;                   local.get 2
;;                   i32.lt_u
;;                   select
;;                   local.tee 3
;;                   i32.eqz
;;                   br_if 0 (;@5;)
;;                   local.get 1
;;                   local.get 0
;;                   local.get 3
;;                   memory.copy
;;                 end
;;                 local.get 0
;;                 call 1
;;                 local.get 1
;;                 return
;;               end
;;               block ;; label = @4
;;                 local.get 3
;;                 local.get 1
;;                 local.get 3
;;                 local.get 1
;;                 i32.lt_u
;;                 select
;;                 local.tee 3
;;                 i32.eqz
;;                 br_if 0 (;@4;)
;;                 local.get 2
;;                 local.get 0
;;                 local.get 3
;;                 memory.copy
;;               end
;;               local.get 4
;;               i32.load
;;               local.get 1
;;               call 0
;;               local.get 0
;;               call 1
;;             end
;;             local.get 2
;;             return
;;           end
;;           local.get 4
;;           local.get 1
;;           local.get 5
;;           i32.const 1
;;           i32.and
;;           i32.or
;;           i32.const 2
;;           i32.or
;;           i32.store
;;           local.get 8
;;           local.get 1
;;           i32.add
;;           local.tee 3
;;           local.get 7
;;           local.get 1
;;           i32.sub
;;           local.tee 1
;;           i32.const 1
;;           i32.or
;;           i32.store offset=4
;;           i32.const 0
;;           local.get 1
;;           i32.store offset=24660
;;           i32.const 0
;;           local.get 3
;;           i32.store offset=24668
;;         end
;;         local.get 0
;;       )
;;       (func (;3;) (type 2) (param i32 i32) (result i32)
;;         (local i32 i32 i32 i32 i32)
;;         block ;; label = @1
;;           block ;; label = @2
;;             block ;; label = @3
;;               local.get 1
;;               i32.const 9
;;               i32.lt_u
;;               br_if 0 (;@3;)
;;               i32.const 0
;;               local.set 2
;;               local.get 0
;;               i32.const -48
;;               i32.const 0
;;               i32.load offset=24692
;;               i32.sub
;;               i32.const -9
;;               i32.and
;;               i32.const -3
;;               i32.add
;;               local.tee 3
;;               i32.const -64
;;               local.get 3
;;               i32.const -64
;;               i32.lt_u
;;               select
;;               local.get 1
;;               i32.const 16
;;               local.get 1
;;               i32.const 16
;;               i32.gt_u
;;               select
;;               local.tee 1
;;               i32.sub
;;               i32.ge_u
;;               br_if 1 (;@2;)
;;               local.get 1
;;               i32.const 16
;;               local.get 0
;;               i32.const 11
;;               i32.add
;;               i32.const -8
;;               i32.and
;;               local.get 0
;;               i32.const 11
;;               i32.lt_u
;;               select
;;               local.tee 3
;;               i32.add
;;               i32.const 12
;;               i32.add
;;               call 6
;;               local.tee 0
;;               i32.eqz
;;               br_if 1 (;@2;)
;;               local.get 0
;;               i32.const -8
;;               i32.add
;;               local.set 2
;;               block ;; label = @4
;;                 local.get 1
;;                 i32.const -1
;;                 i32.add
;;                 local.tee 4
;;                 local.get 0
;;                 i32.and
;;                 br_if 0 (;@4;)
;;                 local.get 2
;;                 local.set 1
;;                 br 3 (;@1;)
;;               end
;;               local.get 0
;;               i32.const -4
;;               i32.add
;;               local.tee 5
;;               i32.load
;;               local.tee 6
;;               i32.const -8
;;               i32.and
;;               local.get 4
;;               local.get 0
;;               i32.add
;;               i32.const 0
;;               local.get 1
;;               i32.sub
;;               i32.and
;;               i32.const -8
;;               i32.add
;;               local.tee 0
;;               i32.const 0
;;               local.get 1
;;               local.get 0
;;               local.get 2
;;               i32.sub
;;               i32.const 16
;;               i32.gt_u
;;               select
;;               i32.add
;;               local.tee 1
;;               local.get 2
;;               i32.sub
;;               local.tee 0
;;               i32.sub
;;               local.set 4
;;               block ;; label = @4
;;                 local.get 6
;;                 i32.const 3
;;                 i32.and
;;                 i32.eqz
;;                 br_if 0 (;@4;)
;;                 local.get 1
;;                 local.get 4
;;                 local.get 1
;;                 i32.load offset=4
;;                 i32.const 1
;;                 i32.and
;;                 i32.or
;;                 i32.const 2
;;                 i32.or
;;                 i32.store offset=4
;;                 local.get 1
;;                 local.get 4
;;                 i32.add
;;                 local.tee 4
;;                 local.get 4
;;                 i32.load offset=4
;;                 i32.const 1
;;                 i32.or
;;                 i32.store offset=4
;;                 local.get 5
;;                 local.get 0
;;                 local.get 5
;;                 i32.load
;;                 i32.const 1
;;                 i32.and
;;                 i32.or
;;                 i32.const 2
;;                 i32.or
;;                 i32.store
;;                 local.get 2
;;                 local.get 0
;;                 i32.add
;;                 local.tee 4
;;                 local.get 4
;;                 i32.load offset=4
;;                 i32.const 1
;;                 i32.or
;;                 i32.store offset=4
;;                 local.get 2
;;                 local.get 0
;;                 call 5
;;                 br 3 (;@1;)
;;               end
;;               local.get 2
;;               i32.load
;;               local.set 2
;;               local.get 1
;;               local.get 4
;;               i32.store offset=4
;;               local.get 1
;;               local.get 2
;;               local.get 0
;;               i32.add
;;               i32.store
;;               br 2 (;@1;)
;;             end
;;             local.get 0
;;             call 6
;;             local.set 2
;;           end
;;           local.get 2
;;           return
;;         end
;;         block ;; label = @1
;;           local.get 1
;;           i32.load offset=4
;;           local.tee 0
;;           i32.const 3
;;           i32.and
;;           i32.eqz
;;           br_if 0 (;@1;)
;;           local.get 0
;;           i32.const -8
;;           i32.and
;;           local.tee 2
;;           local.get 3
;;           i32.const 16
;;           i32.add
;;           i32.le_u
;;           br_if 0 (;@1;)
;;           local.get 1
;;           local.get 3
;;           local.get 0
;;           i32.const 1
;;           i32.and
;;           i32.or
;;           i32.const 2
;;           i32.or
;;           i32.store offset=4
;;           local.get 1
;;           local.get 3
;;           i32.add
;;           local.tee 0
;;           local.get 2
;;           local.get 3
;;           i32.sub
;;           local.tee 3
;;           i32.const 3
;;           i32.or
;;           i32.store offset=4
;;           local.get 1
;;           local.get 2
;;           i32.add
;;           local.tee 2
;;           local.get 2
;;           i32.load offset=4
;;           i32.const 1
;;           i32.or
;;           i32.store offset=4
;;           local.get 0
;;           local.get 3
;;           call 5
;;         end
;;         local.get 1
;;         i32.const 8
;;         i32.add
;;       )
;;       (func (;4;) (type 3) (param i32 i32)
;;         (local i32)
;;         block ;; label = @1
;;           local.get 1
;;           i32.const 256
;;           i32.lt_u
;;           br_if 0 (;@1;)
;;           local.get 0
;;           call 12
;;           return
;;         end
;;         block ;; label = @1
;;           local.get 0
;;           i32.load offset=12
;;           local.tee 2
;;           local.get 0
;;           i32.load offset=8
;;           local.tee 0
;;           i32.eq
;;           br_if 0 (;@1;)
;;           local.get 0
;;           local.get 2
;;           i32.store offset=12
;;           local.get 2
;;           local.get 0
;;           i32.store offset=8
;;           return
;;         end
;;         i32.const 0
;;         i32.const 0
;;         i32.load offset=24648
;;         i32.const -2
;;         local.get 1
;;         i32.const 3
;;         i32.shr_u
;;         i32.rotl
;;         i32.and
;;         i32.store offset=24648
;;       )
;;       (func (;5;) (type 3) (param i32 i32)
;;         (local i32 i32)
;;         local.get 0
;;         local.get 1
;;         i32.add
;;         local.set 2
;;         block ;; label = @1
;;           block ;; label = @2
;;             local.get 0
;;             i32.load offset=4
;;             local.tee 3
;;             i32.const 1
;;             i32.and
;;             br_if 0 (;@2;)
;;             local.get 3
;;             i32.const 2
;;             i32.and
;;             i32.eqz
;;             br_if 1 (;@1;)
;;             local.get 0
;;             i32.load
;;             local.tee 3
;;             local.get 1
;;             i32.add
;;             local.set 1
;;             block ;; label = @3
;;               local.get 0
;;               local.get 3
;;               i32.sub
;;               local.tee 0
;;               i32.const 0
;;               i32.load offset=24664
;;               i32.ne
;;               br_if 0 (;@3;)
;;               local.get 2
;;               i32.load offset=4
;;               i32.const 3
;;               i32.and
;;               i32.const 3
;;               i32.ne
;;               br_if 1 (;@2;)
;;               i32.const 0
;;               local.get 1
;;               i32.store offset=24656
;;               local.get 2
;;               local.get 2
;;               i32.load offset=4
;;               i32.const -2
;;               i32.and
;;               i32.store offset=4
;;               local.get 0
;;               local.get 1
;;               i32.const 1
;;               i32.or
;;               i32.store offset=4
;;               local.get 2
;;               local.get 1
;;               i32.store
;;               return
;;             end
;;             local.get 0
;;             local.get 3
;;             call 4
;;           end
;;           block ;; label = @2
;;             block ;; label = @3
;;               block ;; label = @4
;;                 block ;; label = @5
;;                   local.get 2
;;                   i32.load offset=4
;;                   local.tee 3
;;                   i32.const 2
;;                   i32.and
;;                   br_if 0 (;@5;)
;;                   local.get 2
;;                   i32.const 0
;;                   i32.load offset=24668
;;                   i32.eq
;;                   br_if 2 (;@3;)
;;                   local.get 2
;;                   i32.const 0
;;                   i32.load offset=24664
;;                   i32.eq
;;                   br_if 3 (;@2;)
;;                   local.get 2
;;                   local.get 3
;;                   i32.const -8
;;                   i32.and
;;                   local.tee 3
;;                   call 4
;;                   local.get 0
;;                   local.get 3
;;                   local.get 1
;;                   i32.add
;;                   local.tee 1
;;                   i32.const 1
;;                   i32.or
;;                   i32.store offset=4
;;                   local.get 0
;;                   local.get 1
;;                   i32.add
;;                   local.get 1
;;                   i32.store
;;                   local.get 0
;;                   i32.const 0
;;                   i32.load offset=24664
;;                   i32.ne
;;                   br_if 1 (;@4;)
;;                   i32.const 0
;;                   local.get 1
;;                   i32.store offset=24656
;;                   return
;;                 end
;;                 local.get 2
;;                 local.get 3
;;                 i32.const -2
;;                 i32.and
;;                 i32.store offset=4
;;                 local.get 0
;;                 local.get 1
;;                 i32.const 1
;;                 i32.or
;;                 i32.store offset=4
;;                 local.get 0
;;                 local.get 1
;;                 i32.add
;;                 local.get 1
;;                 i32.store
;;               end
;;               local.get 0
;;               local.get 1
;;               call 10
;;               br 2 (;@1;)
;;             end
;;             i32.const 0
;;             local.get 0
;;             i32.store offset=24668
;;             i32.const 0
;;             i32.const 0
;;             i32.load offset=24660
;;             local.get 1
;;             i32.add
;;             local.tee 1
;;             i32.store offset=24660
;;             local.get 0
;;             local.get 1
;;             i32.const 1
;;             i32.or
;;             i32.store offset=4
;;             local.get 0
;;             i32.const 0
;;             i32.load offset=24664
;;             i32.ne
;;             br_if 1 (;@1;)
;;             i32.const 0
;;             i32.const 0
;;             i32.store offset=24656
;;             i32.const 0
;;             i32.const 0
;;             i32.store offset=24664
;;             return
;;           end
;;           i32.const 0
;;           local.get 0
;;           i32.store offset=24664
;;           i32.const 0
;;           i32.const 0
;;           i32.load offset=24656
;;           local.get 1
;;           i32.add
;;           local.tee 1
;;           i32.store offset=24656
;;           local.get 0
;;           local.get 1
;;           i32.const 1
;;           i32.or
;;           i32.store offset=4
;;           local.get 0
;;           local.get 1
;;           i32.add
;;           local.get 1
;;           i32.store
;;           return
;;         end
;;       )
;;       (func (;6;) (type 0) (param i32) (result i32)
;;         (local i32 i32 i32 i32 i32 i32 i32 i32 i64)
;;         block ;; label = @1
;;           block ;; label = @2
;;             block ;; label = @3
;;               block ;; label = @4
;;                 block ;; label = @5
;;                   block ;; label = @6
;;                     block ;; label = @7
;;                       local.get 0
;;                       i32.const 245
;;                       i32.lt_u
;;                       br_if 0 (;@7;)
;;                       i32.const 0
;;                       local.set 1
;;                       local.get 0
;;                       i32.const -48
;;                       i32.const 0
;;                       i32.load offset=24692
;;                       i32.sub
;;                       i32.const -9
;;                       i32.and
;;                       i32.const -3
;;                       i32.add
;;                       local.tee 2
;;                       i32.const -64
;;                       local.get 2
;;                       i32.const -64
;;                       i32.lt_u
;;                       select
;;                       i32.ge_u
;;                       br_if 5 (;@2;)
;;                       local.get 0
;;                       i32.const 11
;;                       i32.add
;;                       local.tee 1
;;                       i32.const -8
;;                       i32.and
;;                       local.set 2
;;                       i32.const 0
;;                       i32.load offset=24652
;;                       local.tee 3
;;                       i32.eqz
;;                       br_if 4 (;@3;)
;;                       i32.const 31
;;                       local.set 4
;;                       block ;; label = @8
;;                         local.get 0
;;                         i32.const 16777204
;;                         i32.gt_u
;;                         br_if 0 (;@8;)
;;                         local.get 2
;;                         i32.const 38
;;                         local.get 1
;;                         i32.const 8
;;                         i32.shr_u
;;                         i32.clz
;;                         local.tee 0
;;                         i32.sub
;;                         i32.shr_u
;;                         i32.const 1
;;                         i32.and
;;                         local.get 0
;;                         i32.const 1
;;                         i32.shl
;;                         i32.or
;;                         i32.const 62
;;                         i32.xor
;;                         local.set 4
;;                       end
;;                       i32.const 0
;;                       local.get 2
;;                       i32.sub
;;                       local.set 1
;;                       local.get 4
;;                       i32.const 2
;;                       i32.shl
;;                       i32.const 24240
;;                       i32.add
;;                       i32.load
;;                       local.tee 0
;;                       i32.eqz
;;                       br_if 1 (;@6;)
;;                       i32.const 0
;;                       local.set 5
;;                       local.get 2
;;                       i32.const 0
;;                       i32.const 25
;;                       local.get 4
;;                       i32.const 1
;;                       i32.shr_u
;;                       i32.sub
;;                       i32.const 31
;;                       i32.and
;;                       local.get 4
;;                       i32.const 31
;;                       i32.eq
;;                       select
;;                       i32.shl
;;                       local.set 6
;;                       i32.const 0
;;                       local.set 7
;;                       loop ;; label = @8
;;                         block ;; label = @9
;;                           local.get 0
;;                           local.tee 0
;;                           i32.load offset=4
;;                           i32.const -8
;;                           i32.and
;;                           local.tee 8
;;                           local.get 2
;;                           i32.lt_u
;;                           br_if 0 (;@9;)
;;                           local.get 8
;;                           local.get 2
;;                           i32.sub
;;                           local.tee 8
;;                           local.get 1
;;                           i32.ge_u
;;                           br_if 0 (;@9;)
;;                           local.get 0
;;                           local.set 5
;;                           local.get 8
;;                           local.set 1
;;                           local.get 8
;;                           br_if 0 (;@9;)
;;                           i32.const 0
;;                           local.set 1
;;                           local.get 0
;;                           local.set 5
;;                           br 4 (;@5;)
;;                         end
;;                         local.get 7
;;                         local.get 0
;;                         i32.load offset=20
;;                         local.tee 8
;;                         local.get 8
;;                         local.get 0
;;                         local.get 6
;;                         i32.const 29
;;                         i32.shr_u
;;                         i32.const 4
;;                         i32.and
;;                         i32.add
;;                         i32.load offset=16
;;                         local.tee 0
;;                         i32.eq
;;                         select
;;                         local.get 7
;;                         local.get 8
;;                         select
;;                         local.set 7
;;                         local.get 6
;;                         i32.const 1
;;                         i32.shl
;;                         local.set 6
;;                         local.get 0
;;                         br_if 0 (;@8;)
;;                       end
;;                       block ;; label = @8
;;                         local.get 7
;;                         i32.eqz
;;                         br_if 0 (;@8;)
;;                         local.get 7
;;                         local.set 0
;;                         br 3 (;@5;)
;;                       end
;;                       local.get 5
;;                       i32.eqz
;;                       br_if 1 (;@6;)
;;                       br 3 (;@4;)
;;                     end
;;                     block ;; label = @7
;;                       i32.const 0
;;                       i32.load offset=24648
;;                       local.tee 5
;;                       i32.const 16
;;                       local.get 0
;;                       i32.const 11
;;                       i32.add
;;                       i32.const 504
;;                       i32.and
;;                       local.get 0
;;                       i32.const 11
;;                       i32.lt_u
;;                       select
;;                       local.tee 2
;;                       i32.const 3
;;                       i32.shr_u
;;                       local.tee 1
;;                       i32.shr_u
;;                       local.tee 0
;;                       i32.const 3
;;                       i32.and
;;                       i32.eqz
;;                       br_if 0 (;@7;)
;;                       block ;; label = @8
;;                         block ;; label = @9
;;                           local.get 0
;;                           i32.const -1
;;                           i32.xor
;;                           i32.const 1
;;                           i32.and
;;                           local.get 1
;;                           i32.add
;;                           local.tee 8
;;                           i32.const 3
;;                           i32.shl
;;                           local.tee 0
;;                           i32.const 24384
;;                           i32.add
;;                           local.tee 1
;;                           local.get 0
;;                           i32.const 24392
;;                           i32.add
;;                           i32.load
;;                           local.tee 2
;;                           i32.const 8
;;                           i32.add
;;                           local.tee 6
;;                           i32.load
;;                           local.tee 7
;;                           i32.eq
;;                           br_if 0 (;@9;)
;;                           local.get 7
;;                           local.get 1
;;                           i32.store offset=12
;;                           local.get 1
;;                           local.get 7
;;                           i32.store offset=8
;;                           br 1 (;@8;)
;;                         end
;;                         i32.const 0
;;                         local.get 5
;;                         i32.const -2
;;                         local.get 8
;;                         i32.rotl
;;                         i32.and
;;                         i32.store offset=24648
;;                       end
;;                       local.get 2
;;                       local.get 0
;;                       i32.const 3
;;                       i32.or
;;                       i32.store offset=4
;;                       local.get 2
;;                       local.get 0
;;                       i32.add
;;                       local.tee 0
;;                       local.get 0
;;                       i32.load offset=4
;;                       i32.const 1
;;                       i32.or
;;                       i32.store offset=4
;;                       local.get 6
;;                       return
;;                     end
;;                     local.get 2
;;                     i32.const 0
;;                     i32.load offset=24656
;;                     i32.le_u
;;                     br_if 3 (;@3;)
;;                     block ;; label = @7
;;                       block ;; label = @8
;;                         local.get 0
;;                         br_if 0 (;@8;)
;;                         i32.const 0
;;                         i32.load offset=24652
;;                         local.tee 0
;;                         i32.eqz
;;                         br_if 5 (;@3;)
;;                         local.get 0
;;                         i32.ctz
;;                         i32.const 2
;;                         i32.shl
;;                         i32.const 24240
;;                         i32.add
;;                         i32.load
;;                         local.tee 7
;;                         i32.load offset=4
;;                         i32.const -8
;;                         i32.and
;;                         local.get 2
;;                         i32.sub
;;                         local.set 1
;;                         local.get 7
;;                         local.set 5
;;                         loop ;; label = @9
;;                           block ;; label = @10
;;                             local.get 7
;;                             i32.load offset=16
;;                             local.tee 0
;;                             br_if 0 (;@10;)
;;                             local.get 7
;;                             i32.load offset=20
;;                             local.tee 0
;;                             i32.eqz
;;                             br_if 3 (;@7;)
;;                           end
;;                           local.get 0
;;                           i32.load offset=4
;;                           i32.const -8
;;                           i32.and
;;                           local.get 2
;;                           i32.sub
;;                           local.tee 7
;;                           local.get 1
;;                           local.get 7
;;                           local.get 1
;;                           i32.lt_u
;;                           local.tee 7
;;                           select
;;                           local.set 1
;;                           local.get 0
;;                           local.get 5
;;                           local.get 7
;;                           select
;;                           local.set 5
;;                           local.get 0
;;                           local.set 7
;;                           br 0 (;@9;)
;;                         end
;;                       end
;;                       block ;; label = @8
;;                         block ;; label = @9
;;                           i32.const 2
;;                           local.get 1
;;                           i32.shl
;;                           local.tee 7
;;                           i32.const 0
;;                           local.get 7
;;                           i32.sub
;;                           i32.or
;;                           local.get 0
;;                           local.get 1
;;                           i32.shl
;;                           i32.and
;;                           i32.ctz
;;                           local.tee 4
;;                           i32.const 3
;;                           i32.shl
;;                           local.tee 0
;;                           i32.const 24384
;;                           i32.add
;;                           local.tee 7
;;                           local.get 0
;;                           i32.const 24392
;;                           i32.add
;;                           i32.load
;;                           local.tee 1
;;                           i32.const 8
;;                           i32.add
;;                           local.tee 8
;;                           i32.load
;;                           local.tee 6
;;                           i32.eq
;;                           br_if 0 (;@9;)
;;                           local.get 6
;;                           local.get 7
;;                           i32.store offset=12
;;                           local.get 7
;;                           local.get 6
;;                           i32.store offset=8
;;                           br 1 (;@8;)
;;                         end
;;                         i32.const 0
;;                         local.get 5
;;                         i32.const -2
;;                         local.get 4
;;                         i32.rotl
;;                         i32.and
;;                         i32.store offset=24648
;;                       end
;;                       local.get 1
;;                       local.get 2
;;                       i32.const 3
;;                       i32.or
;;                       i32.store offset=4
;;                       local.get 1
;;                       local.get 2
;;                       i32.add
;;                       local.tee 7
;;                       local.get 0
;;                       local.get 2
;;                       i32.sub
;;                       local.tee 2
;;                       i32.const 1
;;                       i32.or
;;                       i32.store offset=4
;;                       local.get 1
;;                       local.get 0
;;                       i32.add
;;                       local.get 2
;;                       i32.store
;;                       local.get 7
;;                       local.get 2
;;                       call 9
;;                       local.get 8
;;                       return
;;                     end
;;                     local.get 5
;;                     call 12
;;                     block ;; label = @7
;;                       block ;; label = @8
;;                         local.get 1
;;                         i32.const 16
;;                         i32.lt_u
;;                         br_if 0 (;@8;)
;;                         local.get 5
;;                         local.get 2
;;                         i32.const 3
;;                         i32.or
;;                         i32.store offset=4
;;                         local.get 5
;;                         local.get 2
;;                         i32.add
;;                         local.tee 0
;;                         local.get 1
;;                         i32.const 1
;;                         i32.or
;;                         i32.store offset=4
;;                         local.get 0
;;                         local.get 1
;;                         i32.add
;;                         local.get 1
;;                         i32.store
;;                         local.get 0
;;                         local.get 1
;;                         call 9
;;                         br 1 (;@7;)
;;                       end
;;                       local.get 5
;;                       local.get 1
;;                       local.get 2
;;                       i32.add
;;                       local.tee 0
;;                       i32.const 3
;;                       i32.or
;;                       i32.store offset=4
;;                       local.get 5
;;                       local.get 0
;;                       i32.add
;;                       local.tee 0
;;                       local.get 0
;;                       i32.load offset=4
;;                       i32.const 1
;;                       i32.or
;;                       i32.store offset=4
;;                     end
;;                     local.get 5
;;                     i32.const 8
;;                     i32.add
;;                     local.tee 1
;;                     i32.eqz
;;                     br_if 3 (;@3;)
;;                     br 4 (;@2;)
;;                   end
;;                   i32.const 0
;;                   local.set 5
;;                   local.get 3
;;                   i32.const 2
;;                   local.get 4
;;                   i32.shl
;;                   local.tee 0
;;                   i32.const 0
;;                   local.get 0
;;                   i32.sub
;;                   i32.or
;;                   i32.and
;;                   local.tee 0
;;                   i32.eqz
;;                   br_if 2 (;@3;)
;;                   local.get 0
;;                   i32.ctz
;;                   i32.const 2
;;                   i32.shl
;;                   i32.const 24240
;;                   i32.add
;;                   i32.load
;;                   local.tee 0
;;                   i32.eqz
;;                   br_if 2 (;@3;)
;;                 end
;;                 loop ;; label = @5
;;                   local.get 0
;;                   i32.load offset=4
;;                   i32.const -8
;;                   i32.and
;;                   local.tee 7
;;                   local.get 2
;;                   i32.sub
;;                   local.tee 6
;;                   local.get 1
;;                   local.get 6
;;                   local.get 1
;;                   i32.lt_u
;;                   local.tee 8
;;                   select
;;                   local.set 4
;;                   local.get 7
;;                   local.get 2
;;                   i32.lt_u
;;                   local.set 6
;;                   local.get 0
;;                   local.get 5
;;                   local.get 8
;;                   select
;;                   local.set 8
;;                   block ;; label = @6
;;                     local.get 0
;;                     i32.load offset=16
;;                     local.tee 7
;;                     br_if 0 (;@6;)
;;                     local.get 0
;;                     i32.load offset=20
;;                     local.set 7
;;                   end
;;                   local.get 1
;;                   local.get 4
;;                   local.get 6
;;                   select
;;                   local.set 1
;;                   local.get 5
;;                   local.get 8
;;                   local.get 6
;;                   select
;;                   local.set 5
;;                   local.get 7
;;                   local.set 0
;;                   local.get 7
;;                   br_if 0 (;@5;)
;;                 end
;;                 local.get 5
;;                 i32.eqz
;;                 br_if 1 (;@3;)
;;               end
;;               block ;; label = @4
;;                 i32.const 0
;;                 i32.load offset=24656
;;                 local.tee 0
;;                 local.get 2
;;                 i32.lt_u
;;                 br_if 0 (;@4;)
;;                 local.get 1
;;                 local.get 0
;;                 local.get 2
;;                 i32.sub
;;                 i32.ge_u
;;                 br_if 1 (;@3;)
;;               end
;;               local.get 5
;;               call 12
;;               block ;; label = @4
;;                 block ;; label = @5
;;                   local.get 1
;;                   i32.const 16
;;                   i32.lt_u
;;                   br_if 0 (;@5;)
;;                   local.get 5
;;                   local.get 2
;;                   i32.const 3
;;                   i32.or
;;                   i32.store offset=4
;;                   local.get 5
;;                   local.get 2
;;                   i32.add
;;                   local.tee 0
;;                   local.get 1
;;                   i32.const 1
;;                   i32.or
;;                   i32.store offset=4
;;                   local.get 0
;;                   local.get 1
;;                   i32.add
;;                   local.get 1
;;                   i32.store
;;                   local.get 0
;;                   local.get 1
;;                   call 10
;;                   br 1 (;@4;)
;;                 end
;;                 local.get 5
;;                 local.get 1
;;                 local.get 2
;;                 i32.add
;;                 local.tee 0
;;                 i32.const 3
;;                 i32.or
;;                 i32.store offset=4
;;                 local.get 5
;;                 local.get 0
;;                 i32.add
;;                 local.tee 0
;;                 local.get 0
;;                 i32.load offset=4
;;                 i32.const 1
;;                 i32.or
;;                 i32.store offset=4
;;               end
;;               local.get 5
;;               i32.const 8
;;               i32.add
;;               local.tee 1
;;               br_if 1 (;@2;)
;;             end
;;             block ;; label = @3
;;               block ;; label = @4
;;                 block ;; label = @5
;;                   i32.const 0
;;                   i32.load offset=24656
;;                   local.tee 0
;;                   local.get 2
;;                   i32.ge_u
;;                   br_if 0 (;@5;)
;;                   block ;; label = @6
;;                     i32.const 0
;;                     i32.load offset=24660
;;                     local.tee 0
;;                     local.get 2
;;                     i32.gt_u
;;                     br_if 0 (;@6;)
;;                     i32.const 0
;;                     local.set 1
;;                     local.get 2
;;                     i32.const 0
;;                     i32.load offset=24692
;;                     local.tee 0
;;                     i32.add
;;                     i32.const 47
;;                     i32.add
;;                     i32.const 0
;;                     local.get 0
;;                     i32.sub
;;                     i32.and
;;                     local.tee 0
;;                     i32.eqz
;;                     br_if 2 (;@4;)
;;                     i32.const 0
;;                     i32.load8_u offset=25784
;;                     local.set 7
;;                     i32.const 0
;;                     i32.const 1
;;                     i32.store8 offset=25784
;;                     i32.const 25792
;;                     local.set 5
;;                     i32.const 65536
;;                     i32.const 25792
;;                     i32.le_u
;;                     br_if 2 (;@4;)
;;                     local.get 0
;;                     i32.const 65536
;;                     i32.const 25792
;;                     i32.sub
;;                     i32.gt_u
;;                     br_if 2 (;@4;)
;;                     local.get 7
;;                     i32.const 255
;;                     i32.and
;;                     br_if 2 (;@4;)
;;                     i32.const 65536
;;                     i32.const 25792
;;                     i32.sub
;;                     local.set 8
;;                     br 3 (;@3;)
;;                   end
;;                   i32.const 0
;;                   local.get 0
;;                   local.get 2
;;                   i32.sub
;;                   local.tee 1
;;                   i32.store offset=24660
;;                   i32.const 0
;;                   i32.const 0
;;                   i32.load offset=24668
;;                   local.tee 0
;;                   local.get 2
;;                   i32.add
;;                   local.tee 7
;;                   i32.store offset=24668
;;                   local.get 7
;;                   local.get 1
;;                   i32.const 1
;;                   i32.or
;;                   i32.store offset=4
;;                   local.get 0
;;                   local.get 2
;;                   i32.const 3
;;                   i32.or
;;                   i32.store offset=4
;;                   local.get 0
;;                   i32.const 8
;;                   i32.add
;;                   local.set 1
;;                   br 3 (;@2;)
;;                 end
;;                 i32.const 0
;;                 i32.load offset=24664
;;                 local.set 1
;;                 block ;; label = @5
;;                   block ;; label = @6
;;                     local.get 0
;;                     local.get 2
;;                     i32.sub
;;                     local.tee 7
;;                     i32.const 16
;;                     i32.lt_u
;;                     br_if 0 (;@6;)
;;                     i32.const 0
;;                     local.get 7
;;                     i32.store offset=24656
;;                     i32.const 0
;;                     local.get 1
;;                     local.get 2
;;                     i32.add
;;                     local.tee 5
;;                     i32.store offset=24664
;;                     local.get 5
;;                     local.get 7
;;                     i32.const 1
;;                     i32.or
;;                     i32.store offset=4
;;                     local.get 1
;;                     local.get 0
;;                     i32.add
;;                     local.get 7
;;                     i32.store
;;                     local.get 1
;;                     local.get 2
;;                     i32.const 3
;;                     i32.or
;;                     i32.store offset=4
;;                     br 1 (;@5;)
;;                   end
;;                   i32.const 0
;;                   i32.const 0
;;                   i32.store offset=24664
;;                   i32.const 0
;;                   i32.const 0
;;                   i32.store offset=24656
;;                   local.get 1
;;                   local.get 0
;;                   i32.const 3
;;                   i32.or
;;                   i32.store offset=4
;;                   local.get 1
;;                   local.get 0
;;                   i32.add
;;                   local.tee 0
;;                   local.get 0
;;                   i32.load offset=4
;;                   i32.const 1
;;                   i32.or
;;                   i32.store offset=4
;;                 end
;;                 local.get 1
;;                 i32.const 8
;;                 i32.add
;;                 return
;;               end
;;               local.get 0
;;               i32.const 16
;;               i32.shr_u
;;               local.get 0
;;               i32.const 65535
;;               i32.and
;;               i32.const 0
;;               i32.ne
;;               i32.add
;;               local.tee 7
;;               memory.grow
;;               local.tee 0
;;               i32.const -1
;;               i32.eq
;;               br_if 1 (;@2;)
;;               i32.const 0
;;               local.set 1
;;               local.get 0
;;               i32.const 16
;;               i32.shl
;;               local.tee 5
;;               i32.eqz
;;               br_if 1 (;@2;)
;;               local.get 7
;;               i32.const 16
;;               i32.shl
;;               local.tee 0
;;               i32.const -16
;;               i32.add
;;               local.get 0
;;               local.get 5
;;               i32.const 0
;;               local.get 0
;;               i32.sub
;;               i32.eq
;;               select
;;               local.set 8
;;             end
;;             i32.const 0
;;             i32.const 0
;;             i32.load offset=24672
;;             local.get 8
;;             i32.add
;;             local.tee 0
;;             i32.store offset=24672
;;             i32.const 0
;;             local.get 0
;;             i32.const 0
;;             i32.load offset=24676
;;             local.tee 1
;;             local.get 0
;;             local.get 1
;;             i32.gt_u
;;             select
;;             i32.store offset=24676
;;             block ;; label = @3
;;               block ;; label = @4
;;                 block ;; label = @5
;;                   block ;; label = @6
;;                     block ;; label = @7
;;                       block ;; label = @8
;;                         block ;; label = @9
;;                           block ;; label = @10
;;                             i32.const 0
;;                             i32.load offset=24668
;;                             local.tee 1
;;                             i32.eqz
;;                             br_if 0 (;@10;)
;;                             i32.const 24368
;;                             local.set 0
;;                             loop ;; label = @11
;;                               local.get 5
;;                               local.get 0
;;                               i32.load
;;                               local.tee 7
;;                               local.get 0
;;                               i32.const 4
;;                               i32.add
;;                               i32.load
;;                               local.tee 6
;;                               i32.add
;;                               i32.eq
;;                               br_if 2 (;@9;)
;;                               local.get 0
;;                               i32.load offset=8
;;                               local.tee 0
;;                               br_if 0 (;@11;)
;;                               br 3 (;@8;)
;;                             end
;;                           end
;;                           i32.const 0
;;                           i32.load offset=24684
;;                           local.tee 0
;;                           i32.eqz
;;                           br_if 3 (;@6;)
;;                           local.get 5
;;                           local.get 0
;;                           i32.lt_u
;;                           br_if 3 (;@6;)
;;                           br 5 (;@4;)
;;                         end
;;                         local.get 0
;;                         i32.load offset=12
;;                         br_if 0 (;@8;)
;;                         local.get 7
;;                         local.get 1
;;                         i32.gt_u
;;                         br_if 0 (;@8;)
;;                         local.get 1
;;                         local.get 5
;;                         i32.lt_u
;;                         br_if 1 (;@7;)
;;                       end
;;                       i32.const 0
;;                       i32.const 0
;;                       i32.load offset=24684
;;                       local.tee 0
;;                       local.get 5
;;                       local.get 0
;;                       local.get 5
;;                       i32.lt_u
;;                       select
;;                       i32.store offset=24684
;;                       local.get 5
;;                       local.get 8
;;                       i32.add
;;                       local.set 7
;;                       i32.const 24368
;;                       local.set 0
;;                       block ;; label = @8
;;                         block ;; label = @9
;;                           block ;; label = @10
;;                             block ;; label = @11
;;                               block ;; label = @12
;;                                 loop ;; label = @13
;;                                   local.get 0
;;                                   i32.load
;;                                   local.tee 6
;;                                   local.get 7
;;                                   i32.eq
;;                                   br_if 1 (;@12;)
;;                                   local.get 0
;;                                   i32.load offset=8
;;                                   local.tee 0
;;                                   br_if 0 (;@13;)
;;                                   br 2 (;@11;)
;;                                 end
;;                               end
;;                               local.get 0
;;                               i32.load offset=12
;;                               i32.eqz
;;                               br_if 1 (;@10;)
;;                             end
;;                             i32.const 24368
;;                             local.set 0
;;                             loop ;; label = @11
;;                               block ;; label = @12
;;                                 local.get 0
;;                                 i32.load
;;                                 local.tee 7
;;                                 local.get 1
;;                                 i32.gt_u
;;                                 br_if 0 (;@12;)
;;                                 local.get 1
;;                                 local.get 7
;;                                 local.get 0
;;                                 i32.const 4
;;                                 i32.add
;;                                 i32.load
;;                                 i32.add
;;                                 local.tee 7
;;                                 i32.lt_u
;;                                 br_if 3 (;@9;)
;;                               end
;;                               local.get 0
;;                               i32.load offset=8
;;                               local.set 0
;;                               br 0 (;@11;)
;;                             end
;;                           end
;;                           local.get 0
;;                           local.get 5
;;                           i32.store
;;                           local.get 0
;;                           local.get 0
;;                           i32.load offset=4
;;                           local.get 8
;;                           i32.add
;;                           i32.store offset=4
;;                           local.get 5
;;                           i32.const 15
;;                           i32.add
;;                           i32.const -8
;;                           i32.and
;;                           i32.const -8
;;                           i32.add
;;                           local.tee 0
;;                           local.get 2
;;                           i32.const 3
;;                           i32.or
;;                           i32.store offset=4
;;                           local.get 6
;;                           i32.const 15
;;                           i32.add
;;                           i32.const -8
;;                           i32.and
;;                           i32.const -8
;;                           i32.add
;;                           local.tee 1
;;                           local.get 0
;;                           local.get 2
;;                           i32.add
;;                           local.tee 2
;;                           i32.sub
;;                           local.set 7
;;                           local.get 1
;;                           i32.const 0
;;                           i32.load offset=24668
;;                           i32.eq
;;                           br_if 1 (;@8;)
;;                           local.get 1
;;                           i32.const 0
;;                           i32.load offset=24664
;;                           i32.eq
;;                           br_if 4 (;@5;)
;;                           block ;; label = @10
;;                             local.get 1
;;                             i32.load offset=4
;;                             local.tee 5
;;                             i32.const 3
;;                             i32.and
;;                             i32.const 1
;;                             i32.ne
;;                             br_if 0 (;@10;)
;;                             local.get 1
;;                             local.get 5
;;                             i32.const -8
;;                             i32.and
;;                             local.tee 5
;;                             call 4
;;                             local.get 5
;;                             local.get 7
;;                             i32.add
;;                             local.set 7
;;                             local.get 1
;;                             local.get 5
;;                             i32.add
;;                             local.tee 1
;;                             i32.load offset=4
;;                             local.set 5
;;                           end
;;                           local.get 1
;;                           local.get 5
;;                           i32.const -2
;;                           i32.and
;;                           i32.store offset=4
;;                           local.get 2
;;                           local.get 7
;;                           i32.const 1
;;                           i32.or
;;                           i32.store offset=4
;;                           local.get 2
;;                           local.get 7
;;                           i32.add
;;                           local.get 7
;;                           i32.store
;;                           local.get 2
;;                           local.get 7
;;                           call 10
;;                           br 8 (;@1;)
;;                         end
;;                         i32.const 0
;;                         local.get 5
;;                         i32.const 15
;;                         i32.add
;;                         i32.const -8
;;                         i32.and
;;                         local.tee 0
;;                         i32.const -8
;;                         i32.add
;;                         local.tee 6
;;                         i32.store offset=24668
;;                         i32.const 0
;;                         local.get 5
;;                         local.get 0
;;                         i32.sub
;;                         local.get 8
;;                         i32.const -40
;;                         i32.add
;;                         local.tee 0
;;                         i32.add
;;                         i32.const 8
;;                         i32.add
;;                         local.tee 4
;;                         i32.store offset=24660
;;                         local.get 6
;;                         local.get 4
;;                         i32.const 1
;;                         i32.or
;;                         i32.store offset=4
;;                         local.get 5
;;                         local.get 0
;;                         i32.add
;;                         i32.const 40
;;                         i32.store offset=4
;;                         i32.const 0
;;                         i32.const 2097152
;;                         i32.store offset=24680
;;                         local.get 1
;;                         local.get 7
;;                         i32.const -32
;;                         i32.add
;;                         i32.const -8
;;                         i32.and
;;                         i32.const -8
;;                         i32.add
;;                         local.tee 0
;;                         local.get 0
;;                         local.get 1
;;                         i32.const 16
;;                         i32.add
;;                         i32.lt_u
;;                         select
;;                         local.tee 6
;;                         i32.const 27
;;                         i32.store offset=4
;;                         i32.const 0
;;                         i64.load offset=24368 align=4
;;                         local.set 9
;;                         local.get 6
;;                         i32.const 16
;;                         i32.add
;;                         i32.const 0
;;                         i64.load offset=24376 align=4
;;                         i64.store align=4
;;                         local.get 6
;;                         i32.const 8
;;                         i32.add
;;                         local.tee 0
;;                         local.get 9
;;                         i64.store align=4
;;                         i32.const 0
;;                         local.get 8
;;                         i32.store offset=24372
;;                         i32.const 0
;;                         local.get 5
;;                         i32.store offset=24368
;;                         i32.const 0
;;                         local.get 0
;;                         i32.store offset=24376
;;                         i32.const 0
;;                         i32.const 0
;;                         i32.store offset=24380
;;                         local.get 6
;;                         i32.const 28
;;                         i32.add
;;                         local.set 0
;;                         loop ;; label = @9
;;                           local.get 0
;;                           i32.const 7
;;                           i32.store
;;                           local.get 0
;;                           i32.const 4
;;                           i32.add
;;                           local.tee 0
;;                           local.get 7
;;                           i32.lt_u
;;                           br_if 0 (;@9;)
;;                         end
;;                         local.get 6
;;                         local.get 1
;;                         i32.eq
;;                         br_if 5 (;@3;)
;;                         local.get 6
;;                         local.get 6
;;                         i32.load offset=4
;;                         i32.const -2
;;                         i32.and
;;                         i32.store offset=4
;;                         local.get 1
;;                         local.get 6
;;                         local.get 1
;;                         i32.sub
;;                         local.tee 0
;;                         i32.const 1
;;                         i32.or
;;                         i32.store offset=4
;;                         local.get 6
;;                         local.get 0
;;                         i32.store
;;                         local.get 1
;;                         local.get 0
;;                         call 10
;;                         br 5 (;@3;)
;;                       end
;;                       i32.const 0
;;                       local.get 2
;;                       i32.store offset=24668
;;                       i32.const 0
;;                       i32.const 0
;;                       i32.load offset=24660
;;                       local.get 7
;;                       i32.add
;;                       local.tee 1
;;                       i32.store offset=24660
;;                       local.get 2
;;                       local.get 1
;;                       i32.const 1
;;                       i32.or
;;                       i32.store offset=4
;;                       br 6 (;@1;)
;;                     end
;;                     local.get 0
;;                     i32.const 4
;;                     i32.add
;;                     local.get 6
;;                     local.get 8
;;                     i32.add
;;                     i32.store
;;                     i32.const 0
;;                     i32.const 0
;;                     i32.load offset=24668
;;                     local.tee 0
;;                     i32.const 15
;;                     i32.add
;;                     i32.const -8
;;                     i32.and
;;                     local.tee 1
;;                     i32.const -8
;;                     i32.add
;;                     local.tee 7
;;                     i32.store offset=24668
;;                     i32.const 0
;;                     local.get 0
;;                     local.get 1
;;                     i32.sub
;;                     i32.const 0
;;                     i32.load offset=24660
;;                     local.get 8
;;                     i32.add
;;                     local.tee 1
;;                     i32.add
;;                     i32.const 8
;;                     i32.add
;;                     local.tee 5
;;                     i32.store offset=24660
;;                     local.get 7
;;                     local.get 5
;;                     i32.const 1
;;                     i32.or
;;                     i32.store offset=4
;;                     local.get 0
;;                     local.get 1
;;                     i32.add
;;                     i32.const 40
;;                     i32.store offset=4
;;                     i32.const 0
;;                     i32.const 2097152
;;                     i32.store offset=24680
;;                     br 3 (;@3;)
;;                   end
;;                   i32.const 0
;;                   local.get 5
;;                   i32.store offset=24684
;;                   br 1 (;@4;)
;;                 end
;;                 i32.const 0
;;                 local.get 2
;;                 i32.store offset=24664
;;                 i32.const 0
;;                 i32.const 0
;;                 i32.load offset=24656
;;                 local.get 7
;;                 i32.add
;;                 local.tee 1
;;                 i32.store offset=24656
;;                 local.get 2
;;                 local.get 1
;;                 i32.const 1
;;                 i32.or
;;                 i32.store offset=4
;;                 local.get 2
;;                 local.get 1
;;                 i32.add
;;                 local.get 1
;;                 i32.store
;;                 br 3 (;@1;)
;;               end
;;               i32.const 0
;;               local.set 0
;;               i32.const 0
;;               local.get 8
;;               i32.store offset=24372
;;               i32.const 0
;;               local.get 5
;;               i32.store offset=24368
;;               i32.const 0
;;               i32.const 0
;;               i32.load offset=24696
;;               local.tee 1
;;               i32.const -1
;;               local.get 1
;;               select
;;               i32.store offset=24688
;;               i32.const 0
;;               i32.const 0
;;               i32.store offset=24380
;;               loop ;; label = @4
;;                 local.get 0
;;                 i32.const 24392
;;                 i32.add
;;                 local.get 0
;;                 i32.const 24384
;;                 i32.add
;;                 local.tee 1
;;                 i32.store
;;                 local.get 0
;;                 i32.const 24396
;;                 i32.add
;;                 local.get 1
;;                 i32.store
;;                 local.get 0
;;                 i32.const 8
;;                 i32.add
;;                 local.tee 0
;;                 i32.const 256
;;                 i32.ne
;;                 br_if 0 (;@4;)
;;               end
;;               i32.const 0
;;               local.get 5
;;               i32.const 15
;;               i32.add
;;               i32.const -8
;;               i32.and
;;               local.tee 0
;;               i32.const -8
;;               i32.add
;;               local.tee 1
;;               i32.store offset=24668
;;               i32.const 0
;;               local.get 5
;;               local.get 0
;;               i32.sub
;;               local.get 8
;;               i32.const -40
;;               i32.add
;;               local.tee 0
;;               i32.add
;;               i32.const 8
;;               i32.add
;;               local.tee 7
;;               i32.store offset=24660
;;               local.get 1
;;               local.get 7
;;               i32.const 1
;;               i32.or
;;               i32.store offset=4
;;               local.get 5
;;               local.get 0
;;               i32.add
;;               i32.const 40
;;               i32.store offset=4
;;               i32.const 0
;;               i32.const 2097152
;;               i32.store offset=24680
;;             end
;;             i32.const 0
;;             local.set 1
;;             i32.const 0
;;             i32.load offset=24660
;;             local.tee 0
;;             local.get 2
;;             i32.le_u
;;             br_if 0 (;@2;)
;;             i32.const 0
;;             local.get 0
;;             local.get 2
;;             i32.sub
;;             local.tee 1
;;             i32.store offset=24660
;;             i32.const 0
;;             i32.const 0
;;             i32.load offset=24668
;;             local.tee 0
;;             local.get 2
;;             i32.add
;;             local.tee 7
;;             i32.store offset=24668
;;             local.get 7
;;             local.get 1
;;             i32.const 1
;;             i32.or
;;             i32.store offset=4
;;             local.get 0
;;             local.get 2
;;             i32.const 3
;;             i32.or
;;             i32.store offset=4
;;             br 1 (;@1;)
;;           end
;;           local.get 1
;;           return
;;         end
;;         local.get 0
;;         i32.const 8
;;         i32.add
;;       )
;;       (func (;7;) (type 5)
;;         call 8
;;         unreachable
;;       )
;;       (func (;8;) (type 5)
;;         unreachable
;;       )
;;       (func (;9;) (type 3) (param i32 i32)
;;         (local i32 i32 i32 i32)
;;         block ;; label = @1
;;           i32.const 0
;;           i32.load offset=24656
;;           local.tee 2
;;           i32.eqz
;;           br_if 0 (;@1;)
;;           i32.const 0
;;           i32.load offset=24664
;;           local.set 3
;;           block ;; label = @2
;;             block ;; label = @3
;;               i32.const 0
;;               i32.load offset=24648
;;               local.tee 4
;;               i32.const 1
;;               local.get 2
;;               i32.const 3
;;               i32.shr_u
;;               i32.shl
;;               local.tee 5
;;               i32.and
;;               br_if 0 (;@3;)
;;               i32.const 0
;;               local.get 4
;;               local.get 5
;;               i32.or
;;               i32.store offset=24648
;;               local.get 2
;;               i32.const -8
;;               i32.and
;;               i32.const 24384
;;               i32.add
;;               local.tee 2
;;               local.set 4
;;               br 1 (;@2;)
;;             end
;;             local.get 2
;;             i32.const -8
;;             i32.and
;;             local.tee 2
;;             i32.const 24384
;;             i32.add
;;             local.set 4
;;             local.get 2
;;             i32.const 24392
;;             i32.add
;;             i32.load
;;             local.set 2
;;           end
;;           local.get 4
;;           local.get 3
;;           i32.store offset=8
;;           local.get 2
;;           local.get 3
;;           i32.store offset=12
;;           local.get 3
;;           local.get 4
;;           i32.store offset=12
;;           local.get 3
;;           local.get 2
;;           i32.store offset=8
;;         end
;;         i32.const 0
;;         local.get 0
;;         i32.store offset=24664
;;         i32.const 0
;;         local.get 1
;;         i32.store offset=24656
;;       )
;;       (func (;10;) (type 3) (param i32 i32)
;;         (local i32 i32)
;;         block ;; label = @1
;;           local.get 1
;;           i32.const 256
;;           i32.lt_u
;;           br_if 0 (;@1;)
;;           local.get 0
;;           local.get 1
;;           call 11
;;           return
;;         end
;;         block ;; label = @1
;;           block ;; label = @2
;;             i32.const 0
;;             i32.load offset=24648
;;             local.tee 2
;;             i32.const 1
;;             local.get 1
;;             i32.const 3
;;             i32.shr_u
;;             i32.shl
;;             local.tee 3
;;             i32.and
;;             br_if 0 (;@2;)
;;             i32.const 0
;;             local.get 2
;;             local.get 3
;;             i32.or
;;             i32.store offset=24648
;;             local.get 1
;;             i32.const 248
;;             i32.and
;;             i32.const 24384
;;             i32.add
;;             local.tee 1
;;             local.set 2
;;             br 1 (;@1;)
;;           end
;;           local.get 1
;;           i32.const 248
;;           i32.and
;;           local.tee 1
;;           i32.const 24384
;;           i32.add
;;           local.set 2
;;           local.get 1
;;           i32.const 24392
;;           i32.add
;;           i32.load
;;           local.set 1
;;         end
;;         local.get 2
;;         local.get 0
;;         i32.store offset=8
;;         local.get 1
;;         local.get 0
;;         i32.store offset=12
;;         local.get 0
;;         local.get 2
;;         i32.store offset=12
;;         local.get 0
;;         local.get 1
;;         i32.store offset=8
;;       )
;;       (func (;11;) (type 3) (param i32 i32)
;;         (local i32 i32 i32 i32)
;;         i32.const 31
;;         local.set 2
;;         block ;; label = @1
;;           local.get 1
;;           i32.const 16777215
;;           i32.gt_u
;;           br_if 0 (;@1;)
;;           local.get 1
;;           i32.const 38
;;           local.get 1
;;           i32.const 8
;;           i32.shr_u
;;           i32.clz
;;           local.tee 2
;;           i32.sub
;;           i32.shr_u
;;           i32.const 1
;;           i32.and
;;           local.get 2
;;           i32.const 1
;;           i32.shl
;;           i32.or
;;           i32.const 62
;;           i32.xor
;;           local.set 2
;;         end
;;         local.get 0
;;         i64.const 0
;;         i64.store offset=16 align=4
;;         local.get 0
;;         local.get 2
;;         i32.store offset=28
;;         local.get 2
;;         i32.const 2
;;         i32.shl
;;         i32.const 24240
;;         i32.add
;;         local.set 3
;;         block ;; label = @1
;;           i32.const 0
;;           i32.load offset=24652
;;           i32.const 1
;;           local.get 2
;;           i32.shl
;;           local.tee 4
;;           i32.and
;;           br_if 0 (;@1;)
;;           local.get 3
;;           local.get 0
;;           i32.store
;;           local.get 0
;;           local.get 3
;;           i32.store offset=24
;;           local.get 0
;;           local.get 0
;;           i32.store offset=12
;;           local.get 0
;;           local.get 0
;;           i32.store offset=8
;;           i32.const 0
;;           i32.const 0
;;           i32.load offset=24652
;;           local.get 4
;;           i32.or
;;           i32.store offset=24652
;;           return
;;         end
;;         block ;; label = @1
;;           block ;; label = @2
;;             block ;; label = @3
;;               local.get 3
;;               i32.load
;;               local.tee 4
;;               i32.load offset=4
;;               i32.const -8
;;               i32.and
;;               local.get 1
;;               i32.ne
;;               br_if 0 (;@3;)
;;               local.get 4
;;               local.set 2
;;               br 1 (;@2;)
;;             end
;;             local.get 1
;;             i32.const 0
;;             i32.const 25
;;             local.get 2
;;             i32.const 1
;;             i32.shr_u
;;             i32.sub
;;             local.get 2
;;             i32.const 31
;;             i32.eq
;;             select
;;             i32.shl
;;             local.set 3
;;             loop ;; label = @3
;;               local.get 4
;;               local.get 3
;;               i32.const 29
;;               i32.shr_u
;;               i32.const 4
;;               i32.and
;;               i32.add
;;               local.tee 5
;;               i32.load offset=16
;;               local.tee 2
;;               i32.eqz
;;               br_if 2 (;@1;)
;;               local.get 3
;;               i32.const 1
;;               i32.shl
;;               local.set 3
;;               local.get 2
;;               local.set 4
;;               local.get 2
;;               i32.load offset=4
;;               i32.const -8
;;               i32.and
;;               local.get 1
;;               i32.ne
;;               br_if 0 (;@3;)
;;             end
;;           end
;;           local.get 2
;;           i32.load offset=8
;;           local.tee 3
;;           local.get 0
;;           i32.store offset=12
;;           local.get 2
;;           local.get 0
;;           i32.store offset=8
;;           local.get 0
;;           i32.const 0
;;           i32.store offset=24
;;           local.get 0
;;           local.get 2
;;           i32.store offset=12
;;           local.get 0
;;           local.get 3
;;           i32.store offset=8
;;           return
;;         end
;;         local.get 5
;;         i32.const 16
;;         i32.add
;;         local.get 0
;;         i32.store
;;         local.get 0
;;         local.get 4
;;         i32.store offset=24
;;         local.get 0
;;         local.get 0
;;         i32.store offset=12
;;         local.get 0
;;         local.get 0
;;         i32.store offset=8
;;       )
;;       (func (;12;) (type 1) (param i32)
;;         (local i32 i32 i32 i32 i32)
;;         local.get 0
;;         i32.load offset=24
;;         local.set 1
;;         block ;; label = @1
;;           block ;; label = @2
;;             block ;; label = @3
;;               local.get 0
;;               i32.const 12
;;               i32.add
;;               i32.load
;;               local.tee 2
;;               local.get 0
;;               i32.ne
;;               br_if 0 (;@3;)
;;               local.get 0
;;               i32.const 20
;;               i32.const 16
;;               local.get 0
;;               i32.load offset=20
;;               local.tee 2
;;               select
;;               i32.add
;;               i32.load
;;               local.tee 3
;;               br_if 1 (;@2;)
;;               i32.const 0
;;               local.set 2
;;               br 2 (;@1;)
;;             end
;;             local.get 0
;;             i32.const 8
;;             i32.add
;;             i32.load
;;             local.tee 3
;;             local.get 2
;;             i32.store offset=12
;;             local.get 2
;;             local.get 3
;;             i32.store offset=8
;;             br 1 (;@1;)
;;           end
;;           local.get 0
;;           i32.const 20
;;           i32.add
;;           local.get 0
;;           i32.const 16
;;           i32.add
;;           local.get 2
;;           select
;;           local.set 4
;;           loop ;; label = @2
;;             local.get 4
;;             local.set 5
;;             local.get 3
;;             local.tee 2
;;             i32.const 20
;;             i32.add
;;             local.set 4
;;             local.get 2
;;             i32.load offset=20
;;             local.tee 3
;;             br_if 0 (;@2;)
;;             local.get 2
;;             i32.const 16
;;             i32.add
;;             local.set 4
;;             local.get 2
;;             i32.load offset=16
;;             local.tee 3
;;             br_if 0 (;@2;)
;;           end
;;           local.get 5
;;           i32.const 0
;;           i32.store
;;         end
;;         block ;; label = @1
;;           block ;; label = @2
;;             local.get 1
;;             i32.eqz
;;             br_if 0 (;@2;)
;;             block ;; label = @3
;;               block ;; label = @4
;;                 local.get 0
;;                 local.get 0
;;                 i32.load offset=28
;;                 i32.const 2
;;                 i32.shl
;;                 i32.const 24240
;;                 i32.add
;;                 local.tee 3
;;                 i32.load
;;                 i32.eq
;;                 br_if 0 (;@4;)
;;                 block ;; label = @5
;;                   block ;; label = @6
;;                     local.get 1
;;                     i32.load offset=16
;;                     local.get 0
;;                     i32.eq
;;                     br_if 0 (;@6;)
;;                     local.get 1
;;                     local.get 2
;;                     i32.store offset=20
;;                     br 1 (;@5;)
;;                   end
;;                   local.get 1
;;                   local.get 2
;;                   i32.store offset=16
;;                 end
;;                 local.get 2
;;                 br_if 1 (;@3;)
;;                 br 2 (;@2;)
;;               end
;;               local.get 3
;;               local.get 2
;;               i32.store
;;               local.get 2
;;               i32.eqz
;;               br_if 2 (;@1;)
;;             end
;;             local.get 2
;;             local.get 1
;;             i32.store offset=24
;;             block ;; label = @3
;;               local.get 0
;;               i32.load offset=16
;;               local.tee 3
;;               i32.eqz
;;               br_if 0 (;@3;)
;;               local.get 2
;;               local.get 3
;;               i32.store offset=16
;;               local.get 3
;;               local.get 2
;;               i32.store offset=24
;;             end
;;             local.get 0
;;             i32.load offset=20
;;             local.tee 3
;;             i32.eqz
;;             br_if 0 (;@2;)
;;             local.get 2
;;             local.get 3
;;             i32.store offset=20
;;             local.get 3
;;             local.get 2
;;             i32.store offset=24
;;           end
;;           return
;;         end
;;         i32.const 0
;;         i32.const 0
;;         i32.load offset=24652
;;         i32.const -2
;;         local.get 0
;;         i32.load offset=28
;;         i32.rotl
;;         i32.and
;;         i32.store offset=24652
;;       )
;;       (func (;13;) (type 1) (param i32)
;;         call 8
;;         unreachable
;;       )
;;       (func (;14;) (type 4) (param i32 i32 i32 i32) (result i32)
;;         block ;; label = @1
;;           block ;; label = @2
;;             block ;; label = @3
;;               block ;; label = @4
;;                 local.get 1
;;                 br_if 0 (;@4;)
;;                 local.get 3
;;                 i32.eqz
;;                 br_if 2 (;@2;)
;;                 local.get 3
;;                 local.get 2
;;                 call 3
;;                 local.set 2
;;                 br 1 (;@3;)
;;               end
;;               local.get 0
;;               local.get 1
;;               local.get 2
;;               local.get 3
;;               call 2
;;               local.set 2
;;             end
;;             local.get 2
;;             i32.eqz
;;             br_if 1 (;@1;)
;;           end
;;           local.get 2
;;           return
;;         end
;;         unreachable
;;       )
;;       (func (;15;) (type 4) (param i32 i32 i32 i32) (result i32)
;;         local.get 0
;;         local.get 1
;;         local.get 2
;;         local.get 3
;;         call 14
;;       )
;;       (data (;0;) (i32.const 24694) "\01\00\ff\0f")
;;       (@producers
;;         (processed-by "wit-component" "0.254.2")
;;       )
;;     )
;;     (core instance (;1;) (instantiate 1))
;;     (alias core export 1 "memory" (core memory (;0;)))
;;     (core module $m (;2;)
;;       (type (;0;) (func))
;;       (export "f" (func 0))
;;       (func (;0;) (type 0))
;;     )
;;     (core instance $i (;2;) (instantiate $m))
;;     (type (;0;) (func async))
;;     (alias core export $i "f" (core func (;0;)))
;;     (func $f (;0;) (type 0) (canon lift (core func 0)))
;;     (export (;1;) "f" (func $f))
;;     (@producers
;;       (processed-by "wasi-uplift" "0.1.0")
;;     )
;;   )
