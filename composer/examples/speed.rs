//! How long composing takes, as a ratio to validating the same guest, which is what any tool does with
//! it at the least.
//!
//!     cargo run --release --package wasi-uplift --no-default-features --example speed [GUEST]
//!
//! Without a guest it takes three: one of 10 MiB, whose core module has as much code as that, one that
//! imports 10,000 functions, and one that imports 10,000 types. Both are done in turns, and of the
//! ratios of all turns the median is printed, with those that a quarter of them is below and above.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Instant;
use wasi_uplift::{LinkMode, Options, compose};
use wasm_encoder::reencode::{ReencodeComponent, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, Component, Function, FunctionSection, Module, TypeSection, ValType,
};
use wasmparser::{Parser, Validator};

/// The number of turns.
const TURNS: usize = 25;

/// The number of imports of a guest that has many.
const MANY: usize = 10_000;

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(path) = std::env::args_os().nth(1) {
        return measure("the guest", &std::fs::read(path)?);
    }
    measure("10 MiB of code", &large_guest(10 << 20)?)?;
    measure("10,000 functions", &wat::parse_str(many_functions()?)?)?;
    measure("10,000 types", &wat::parse_str(many_types()?)?)
}

fn measure(name: &str, guest: &[u8]) -> Result<(), Box<dyn Error>> {
    for mode in [LinkMode::Component, LinkMode::Auto] {
        let options = Options::default().link(mode);
        let mut ratios = Vec::new();
        let mut validation = f64::INFINITY;
        for _ in 0..TURNS {
            let start = Instant::now();
            Validator::new().validate_all(guest)?;
            let middle = Instant::now();
            compose(guest, &options)?;
            let composing = middle.elapsed().as_secs_f64();
            let validating = (middle - start).as_secs_f64();
            validation = validation.min(validating);
            ratios.push(composing / validating);
        }
        ratios.sort_by(f64::total_cmp);
        println!(
            "{name}, validated in {:.1} ms: compose --link {mode} takes {:.2} times as long ({:.2} to {:.2})",
            validation * 1000.0,
            ratios[TURNS / 2],
            ratios[TURNS / 4],
            ratios[3 * TURNS / 4],
        );
    }
    Ok(())
}

/// The rest of a guest with many imports, after those in an instance that is called `many`.
const REST: &str = r#"
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))
  (core func $now (canon lower (func $clock "now")))
  (core module $main
    (import "" "now" (func (result i64)))
    (func (export "run")))
  (core instance $i (instantiate $main (with "" (instance (export "now" (func $now))))))
  (func (export "run") (canon lift (core func $i "run")))"#;

/// A guest that imports many functions and calls them.
fn many_functions() -> Result<String, std::fmt::Error> {
    let mut text = String::from("(component (import \"example:many/many\" (instance $many");
    for number in 0..MANY {
        write!(
            text,
            r#" (export "f{number}" (func (param "a" u32) (result u32)))"#
        )?;
    }
    text += "))";
    for number in 0..MANY {
        write!(
            text,
            r#" (core func $f{number} (canon lower (func $many "f{number}")))"#
        )?;
    }
    text += "(core module $all ";
    for number in 0..MANY {
        write!(
            text,
            r#" (import "" "f{number}" (func (param i32) (result i32)))"#
        )?;
    }
    text += ") (core instance (instantiate $all (with \"\" (instance";
    for number in 0..MANY {
        write!(text, r#" (export "f{number}" (func $f{number}))"#)?;
    }
    Ok(text + "))))" + REST + ")")
}

/// A guest that imports many types.
fn many_types() -> Result<String, std::fmt::Error> {
    let mut text = String::from("(component (import \"example:many/many\" (instance $many");
    for number in 0..MANY {
        write!(
            text,
            r#" (type $r{number} (record (field "a" u32) (field "b" string)))
            (export "t{number}" (type $t{number} (eq $r{number})))"#
        )?;
    }
    let last = MANY - 1;
    write!(
        text,
        r#" (export "f" (func (param "a" $t0) (result $t{last})))))"#
    )?;
    Ok(text + REST + ")")
}

/// A guest of the tests, with a further module of about so many bytes.
fn large_guest(size: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    let text = include_str!("../tests/guests/sleeps.wat");
    let guest = wat::parse_str(text)?;
    let mut component = Component::new();
    RoundtripReencoder.parse_component(&mut component, Parser::new(0), &guest)?;
    component.section(&wasm_encoder::ModuleSection(&module(size)));
    Ok(component.finish())
}

/// A module whose functions compute something, in what compilers make of loops and memory.
fn module(size: usize) -> Module {
    let mut types = TypeSection::new();
    types
        .ty()
        .function([ValType::I32, ValType::I64], [ValType::I32]);
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    while code.byte_len() < size {
        functions.function(0);
        code.function(&function(code.len()));
    }
    let mut memories = wasm_encoder::MemorySection::new();
    memories.memory(wasm_encoder::MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut module = Module::new();
    module
        .section(&types)
        .section(&functions)
        .section(&memories)
        .section(&code);
    module
}

fn function(number: u32) -> Function {
    let at = wasm_encoder::MemArg {
        offset: u64::from(number % 64),
        align: 2,
        memory_index: 0,
    };
    let mut function = Function::new([(2, ValType::I32), (1, ValType::I64)]);
    let mut code = function.instructions();
    for round in 0..16 {
        code.block(wasm_encoder::BlockType::Empty);
        code.loop_(wasm_encoder::BlockType::Empty);
        code.local_get(0).i32_const(round + number as i32).i32_add();
        code.local_tee(2).i32_load(at).local_set(3);
        code.local_get(3).i32_eqz().br_if(1);
        code.local_get(1)
            .local_get(3)
            .i64_extend_i32_u()
            .i64_mul()
            .local_set(4);
        code.local_get(2).local_get(4).i32_wrap_i64().i32_store(at);
        code.local_get(2).local_get(0).i32_lt_u().br_if(0);
        code.end().end();
        if number > 0 {
            code.local_get(2).local_get(4).call(number - 1).local_set(0);
        }
    }
    code.local_get(0).end();
    function
}
