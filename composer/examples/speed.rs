//! How long composing takes, and how long validating the same guest, which is what any tool does
//! with it at the least.
//!
//!     cargo run --release --package wasi-uplift --no-default-features --example speed [GUEST]
//!
//! Without a guest it takes one of 10 MiB, whose core module has as much code as that.

use std::error::Error;
use std::time::{Duration, Instant};
use wasi_uplift::{LinkMode, Options, compose};
use wasm_encoder::reencode::{ReencodeComponent, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, Component, Function, FunctionSection, Module, TypeSection, ValType,
};
use wasmparser::{Parser, Validator};

fn main() -> Result<(), Box<dyn Error>> {
    let guest = match std::env::args_os().nth(1) {
        Some(path) => std::fs::read(path)?,
        None => large_guest(10 << 20)?,
    };
    println!("guest: {:.1} MiB", guest.len() as f64 / f64::from(1 << 20));
    let validation = least(|| {
        Validator::new().validate_all(&guest)?;
        Ok(())
    })?;
    println!("validation: {:.1} ms", milliseconds(validation));
    for mode in [LinkMode::Component, LinkMode::Auto] {
        let options = Options::default().link(mode);
        let composition = least(|| {
            compose(&guest, &options)?;
            Ok(())
        })?;
        println!(
            "compose --link {mode}: {:.1} ms, {:.2} times the validation",
            milliseconds(composition),
            composition.as_secs_f64() / validation.as_secs_f64()
        );
    }
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The least time of several runs: what is more is the machine's.
fn least(mut work: impl FnMut() -> Result<(), Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let mut least = Duration::MAX;
    for _ in 0..7 {
        let start = Instant::now();
        work()?;
        least = least.min(start.elapsed());
    }
    Ok(least)
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
