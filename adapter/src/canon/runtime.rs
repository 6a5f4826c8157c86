//! The parts of a standard library that a module without one needs.

// Every guest pays for it, and this one takes a third of the room of the usual one.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    super::trap()
}
