//! Misuse that no compiler emits: invalid handles and addresses. Every part traps, but for the one that
//! is as close to misuse as can be: `at-the-end`.

use guests::{after_ms, mode, out, stdout};

guests::command!(run);

#[link(wasm_import_module = "wasi:io/poll@0.2.12")]
unsafe extern "C" {
    #[link_name = "[method]pollable.ready"]
    fn ready(handle: u32) -> u32;
    #[link_name = "[resource-drop]pollable"]
    fn drop_pollable(handle: u32);
    #[link_name = "poll"]
    fn poll(pollables: u32, len: u32, result: u32);
}

#[link(wasm_import_module = "wasi:io/streams@0.2.12")]
unsafe extern "C" {
    #[link_name = "[method]output-stream.check-write"]
    fn check_write(handle: u32, result: u32);
    #[link_name = "[method]output-stream.write"]
    fn write(handle: u32, bytes: u32, len: u32, result: u32);
}

#[link(wasm_import_module = "wasi:cli/exit@0.2.12")]
unsafe extern "C" {
    #[link_name = "exit"]
    fn exit(status: u32);
}

/// The return area of a lowered function.
#[repr(align(8))]
struct Room([u8; 64]);

const BEYOND: u32 = u32::MAX - 63;

fn address<T>(value: &mut T) -> u32 {
    std::ptr::from_mut(value).expose_provenance() as u32
}

fn at(address: u32) -> *mut u8 {
    std::ptr::with_exposed_provenance_mut(address as usize)
}

fn run() -> Result<(), ()> {
    let mode = mode();
    let timer = after_ms(1000).take_handle();
    let stream = stdout().take_handle();
    let mut room = Room([0; 64]);
    let room = address(&mut room);
    out!("before");
    // SAFETY: the calls are wrong on purpose, and trap.
    unsafe {
        match mode.as_str() {
            "none" => drop_pollable(0),
            "unknown" => drop_pollable(timer + 1000),
            "far-out" => drop_pollable(u32::MAX),
            "ready-of-none" => {
                ready(0);
            }
            // Where what is known of a handle takes eight bytes, these lie where the timer's do.
            "ready-far-out" => {
                ready(timer + (1 << 29));
            }
            "drop-far-out" => drop_pollable(timer + (1 << 29)),
            "list-far-out" => {
                let mut handles = [timer + (1 << 29)];
                poll(address(&mut handles), 1, room);
            }
            "other-type" => check_write(timer, room),
            "drop-other-type" => drop_pollable(stream),
            "after-drop" => {
                drop_pollable(timer);
                ready(timer);
            }
            "dropped-twice" => {
                drop_pollable(timer);
                drop_pollable(timer);
            }
            "list-of-unknown" => {
                let mut handles = [timer, timer + 1000];
                poll(address(&mut handles), 2, room);
            }
            "list-beyond" => poll(BEYOND, 1000, room),
            "list-too-long" => poll(room, u32::MAX, room),
            "list-misaligned" => poll(room + 1, 1, room),
            "bytes-beyond" => write(stream, BEYOND, 1000, room),
            "at-the-end" => {
                // A page that nobody else uses.
                let end = (core::arch::wasm32::memory_grow::<0>(1) as u32 + 1) << 16;
                check_write(stream, end - 16);
                std::ptr::copy_nonoverlapping(b"last\n".as_ptr(), at(end - 5), 5);
                write(stream, end - 5, 5, end - 12);
                let handles = at(end - 4).cast::<u32>();
                handles.write(timer);
                poll(end - 4, 1, end - 16);
            }
            "result-across-the-end" => {
                let end = (core::arch::wasm32::memory_grow::<0>(1) as u32 + 1) << 16;
                check_write(stream, end - 8);
            }
            "result-beyond" => check_write(stream, BEYOND),
            "result-misaligned" => check_write(stream, room + 1),
            "no-such-case" => exit(2),
            other => panic!("unknown mode {other}"),
        }
    }
    out!("after");
    Ok(())
}
