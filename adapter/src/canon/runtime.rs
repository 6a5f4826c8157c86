//! The parts of a standard library that a module without one needs.

use core::alloc::Layout;
use core::arch::wasm32::{memory_grow, memory_size};
use core::ptr::NonNull;
use talc::base::Talc;
use talc::base::binning::Binning;
use talc::cell::TalcSyncCell;
use talc::source::Source;
use talc::wasm::WasmBinning;

// Every guest pays for it, and this one takes a third of the room of the usual one.
#[global_allocator]
static ALLOCATOR: TalcSyncCell<Pages, WasmBinning> = TalcSyncCell::new_wasm(Pages { end: None });

const PAGE: usize = 64 * 1024;

/// The most that the allocator needs beside what is asked for.
const OVERHEAD: usize = 64;

unsafe extern "C" {
    /// The end of the data. The linker defines it.
    static __heap_base: u8;
}

/// The allocator's source of memory: the rest of the first page, and then pages that the memory grows
/// by. Growing is a call of the system for many hosts, and most guests need no more than there is.
#[derive(Debug)]
struct Pages {
    /// The end of what the allocator has.
    end: Option<NonNull<u8>>,
}

// SAFETY: it allocates nothing.
unsafe impl Source for Pages {
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        let Some(end) = talc.source.end else {
            let start = &raw const __heap_base as *mut u8;
            let len = (memory_size(0) * PAGE).saturating_sub(start.addr());
            // SAFETY: nothing lies behind the data.
            talc.source.end = unsafe { talc.claim(start, len) };
            // There is more than the little that it must be.
            return talc.source.end.map(|_| ()).ok_or(());
        };
        let pages = (layout.size() + layout.align() + OVERHEAD).div_ceil(PAGE);
        let before = memory_grow(0, pages);
        if before == usize::MAX {
            return Err(());
        }
        // The last address is the end of the largest memory.
        let end_of_memory = (before + pages).saturating_mul(PAGE);
        let new_end = core::ptr::without_provenance_mut(end_of_memory);
        // SAFETY: nobody else grows the memory, so that what is new follows what there was.
        talc.source.end = Some(unsafe { talc.extend(end, new_end) });
        Ok(())
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    super::trap()
}
