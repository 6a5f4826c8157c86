//! Checks that text is UTF-8, where it passes between two parts of a guest.
//!
//! Between components the host does this when it copies a string. What passes between a guest and
//! the adapter, the adapter checks, in its own memory.

use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, ValType};

/// `check(start, len)`, which traps if what is there isn't UTF-8. It is known to be within the
/// memory with this index.
pub(super) fn check_utf8(memory: u32) -> Function {
    const AT: u32 = 0;
    /// The length, and then where the text ends.
    const END: u32 = 1;
    const BYTE: u32 = 2;
    /// How many bytes of the same character follow.
    const FOLLOW: u32 = 3;
    /// The lowest second byte.
    const LOWEST: u32 = 4;
    /// How many values a second byte can have.
    const RANGE: u32 = 5;
    let mut function = Function::new([(4, ValType::I32)]);
    let mut code = function.instructions();
    code.local_get(AT).local_get(END).i32_add().local_set(END);
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    // Most text is ASCII, which is gone through by 8 bytes.
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(END)
        .local_get(AT)
        .i32_sub()
        .i32_const(8)
        .i32_lt_u()
        .br_if(1)
        .local_get(AT)
        .i64_load(place(memory))
        .i64_const(0x8080_8080_8080_8080_u64 as i64)
        .i64_and()
        .i64_eqz()
        .i32_eqz()
        .br_if(1);
    advance(&mut code, AT, 8);
    code.br(0).end().end();
    code.local_get(AT).local_get(END).i32_eq().br_if(1);
    code.local_get(AT)
        .i32_load8_u(place(memory))
        .local_set(BYTE);
    advance(&mut code, AT, 1);
    code.local_get(BYTE).i32_const(0x80).i32_lt_u().br_if(0);

    // What follows depends on the first byte: no character is longer than it has to be, none is a
    // surrogate, and none is beyond the last.
    trap_unless(&mut code, BYTE, 0xc2, 0xf4);
    select(&mut code, BYTE, 0xe0, 2, 1);
    code.local_get(BYTE)
        .i32_const(0xf0)
        .i32_ge_u()
        .i32_add()
        .local_set(FOLLOW);
    code.local_get(END)
        .local_get(AT)
        .i32_sub()
        .local_get(FOLLOW)
        .i32_lt_u()
        .if_(BlockType::Empty)
        .unreachable()
        .end();
    code.i32_const(0x80).local_set(LOWEST);
    code.i32_const(0x40).local_set(RANGE);
    for (first, lowest, range) in [
        (0xe0, 0xa0, 0x20),
        (0xed, 0x80, 0x20),
        (0xf0, 0x90, 0x30),
        (0xf4, 0x80, 0x10),
    ] {
        code.local_get(BYTE)
            .i32_const(first)
            .i32_eq()
            .if_(BlockType::Empty)
            .i32_const(lowest)
            .local_set(LOWEST)
            .i32_const(range)
            .local_set(RANGE)
            .end();
    }
    code.loop_(BlockType::Empty)
        .local_get(AT)
        .i32_load8_u(place(memory))
        .local_get(LOWEST)
        .i32_sub()
        .local_get(RANGE)
        .i32_ge_u()
        .if_(BlockType::Empty)
        .unreachable()
        .end();
    advance(&mut code, AT, 1);
    code.i32_const(0x80).local_set(LOWEST);
    code.i32_const(0x40).local_set(RANGE);
    code.local_get(FOLLOW)
        .i32_const(1)
        .i32_sub()
        .local_tee(FOLLOW)
        .br_if(0)
        .end();
    code.br(0).end().end().end();
    function
}

fn place(memory_index: u32) -> MemArg {
    MemArg {
        offset: 0,
        align: 0,
        memory_index,
    }
}

fn advance(code: &mut InstructionSink<'_>, local: u32, by: i32) {
    code.local_get(local)
        .i32_const(by)
        .i32_add()
        .local_set(local);
}

/// Traps if a number is outside of a range, both ends of which belong to it.
fn trap_unless(code: &mut InstructionSink<'_>, local: u32, from: i32, to: i32) {
    code.local_get(local)
        .i32_const(from)
        .i32_sub()
        .i32_const(to - from)
        .i32_gt_u()
        .if_(BlockType::Empty)
        .unreachable()
        .end();
}

/// Leaves one number on the stack if another is as great as a bound, and else a third.
fn select(code: &mut InstructionSink<'_>, local: u32, bound: i32, then: i32, otherwise: i32) {
    code.i32_const(then)
        .i32_const(otherwise)
        .local_get(local)
        .i32_const(bound)
        .i32_ge_u()
        .select();
}

#[cfg(test)]
mod tests {
    use super::check_utf8;
    use wasm_encoder::{
        CodeSection, ExportKind, ExportSection, FunctionSection, MemorySection, Module,
        TypeSection, ValType,
    };
    use wasmtime::{Engine, Instance, Memory, Store, TypedFunc};

    struct Checker {
        store: Store<()>,
        memory: Memory,
        check: TypedFunc<(i32, i32), ()>,
    }

    impl Checker {
        fn new() -> Self {
            let mut types = TypeSection::new();
            types.ty().function([ValType::I32; 2], []);
            let mut functions = FunctionSection::new();
            functions.function(0);
            let mut memories = MemorySection::new();
            let mut memory = crate::core_module::MEMORY;
            memory.minimum = 1;
            memories.memory(memory);
            let mut exports = ExportSection::new();
            exports.export("check", ExportKind::Func, 0);
            exports.export("memory", ExportKind::Memory, 0);
            let mut code = CodeSection::new();
            code.function(&check_utf8(0));
            let mut module = Module::new();
            module
                .section(&types)
                .section(&functions)
                .section(&memories)
                .section(&exports)
                .section(&code);
            let engine = Engine::default();
            let module = wasmtime::Module::new(&engine, module.finish()).unwrap();
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            Checker {
                memory: instance.get_memory(&mut store, "memory").unwrap(),
                check: instance.get_typed_func(&mut store, "check").unwrap(),
                store,
            }
        }

        /// Whether bytes at the end of the memory are text.
        fn takes(&mut self, bytes: &[u8]) -> bool {
            let start = self.memory.data_size(&self.store) - bytes.len();
            self.memory.write(&mut self.store, start, bytes).unwrap();
            let args = (start as i32, bytes.len() as i32);
            self.check.call(&mut self.store, args).is_ok()
        }
    }

    #[test]
    fn as_the_standard_library_has_it() {
        let mut checker = Checker::new();
        let edges = [
            0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
            0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
        ];
        let mut check = |bytes: &[u8]| {
            let is_text = std::str::from_utf8(bytes).is_ok();
            assert_eq!(checker.takes(bytes), is_text, "{bytes:x?}");
        };
        check(b"");
        for one in 0..=u8::MAX {
            check(&[one]);
            for two in edges {
                check(&[one, two]);
                for three in edges {
                    check(&[one, two, three]);
                    check(&[b'a', one, two, three]);
                }
            }
        }
        for one in 0xf0..=0xf5 {
            for two in edges {
                for three in edges {
                    for four in edges {
                        check(&[one, two, three, four]);
                    }
                }
            }
        }
        for before in 0..20 {
            let mut text = vec![b'a'; before];
            check(&text);
            text.extend("\u{20ac}".as_bytes());
            check(&text);
            text.extend([b'z'; 9]);
            check(&text);
            text[before] = 0x80;
            check(&text);
        }
    }
}
