//! The time that composing a guest takes, and that validating it takes, which is what any tool does
//! with it at the least. `composer/examples/speed.rs` has other guests.

use std::hint::black_box;
use std::time::Instant;
use wasi_uplift::{LinkMode, Options};
use wasmparser::{Parser, Payload, Validator};

/// The number of bytes after which time is taken.
const BYTES: usize = 30 << 20;

/// The most that a guest is composed in one turn.
const TIMES: usize = 50;

/// A part of a function, as compilers make them of loops and memory.
const LOOP: &str = "
  block loop
    local.get 0 i32.const 77 i32.add local.tee 2 i32.load offset=8 local.set 3
    local.get 3 i32.eqz br_if 1
    local.get 1 local.get 3 i64.extend_i32_u i64.mul local.set 4
    local.get 2 local.get 4 i32.wrap_i64 i32.store offset=8
    local.get 2 local.get 0 i32.lt_u br_if 0
  end end";

/// Returns the nanoseconds that composing takes in this link mode, or validating without one, of the
/// guest that the name says the size of.
pub fn measure(name: &str, link: Option<LinkMode>) -> f64 {
    let guest = guest(size(name));
    let times = (BYTES / guest.len()).clamp(1, TIMES);
    let start = Instant::now();
    for _ in 0..times {
        match link {
            None => {
                let valid = Validator::new().validate_all(&guest);
                black_box(valid.expect("the guest is valid"));
            }
            Some(link) => {
                let composed = wasi_uplift::compose(&guest, &Options::default().link(link));
                black_box(composed.expect("the guest can be uplifted"));
            }
        }
    }
    start.elapsed().as_nanos() as f64 / times as f64
}

/// Returns the number of bytes in a name like `compose 10 KiB of code`.
fn size(name: &str) -> usize {
    let mut words = name.split(' ').skip(1);
    let number = words.next().and_then(|number| number.parse::<usize>().ok());
    let unit = match words.next() {
        Some("KiB") => 1 << 10,
        _ => 1 << 20,
    };
    number.expect("the name has a number") * unit
}

/// Returns a small guest with one more core module, whose code has about so many bytes.
fn guest(size: usize) -> Vec<u8> {
    let text = include_str!("../../composer/tests/guests/sleeps.wat");
    let mut guest = wat::parse_str(text).expect("the guest is valid");
    guest.extend(section(1, &module(size)));
    guest
}

/// Returns a core module, most of which is one function over and over.
fn module(size: usize) -> Vec<u8> {
    let text = LOOP.repeat(16);
    let text = format!(
        "(module (memory 1)
          (func (param i32 i64) (result i32) (local i32 i32 i64) {text} local.get 0))"
    );
    let one = wat::parse_str(text).expect("the module is valid");
    let function = Parser::new(0)
        .parse_all(&one)
        .find_map(|payload| match payload {
            Ok(Payload::CodeSectionEntry(body)) => Some(&one[body.range()]),
            _ => None,
        });
    let function = function.expect("the module has a function");
    let function = [&number(function.len()), function].concat();
    let count = size.div_ceil(function.len());
    let functions = [number(count), vec![0; count]].concat();
    let code = [number(count), function.repeat(count)].concat();
    let mut module = Vec::new();
    for payload in Parser::new(0).parse_all(&one) {
        match payload.expect("the module is valid") {
            Payload::Version { range, .. } => module.extend(&one[range]),
            Payload::FunctionSection(_) => module.extend(section(3, &functions)),
            Payload::CodeSectionStart { .. } => module.extend(section(10, &code)),
            // Those stay as they are: the types, and the memory.
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    module.extend(section(id, &one[range]));
                }
            }
        }
    }
    module
}

/// Returns a section of a module or of a component.
fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], &number(content.len())[..], content].concat()
}

/// Returns a number in the binary format, which is LEB128.
fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
