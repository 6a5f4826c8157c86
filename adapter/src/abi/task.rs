//! What the adapter is told of the guest's tasks if there is no component boundary between them.

/// Says whether the guest's tasks may wait from now on, and returns whether they could until now.
#[unsafe(export_name = "wasi-uplift:task/let-wait")]
extern "C" fn let_wait(may_wait: u32) -> u32 {
    crate::reactor::let_wait(may_wait != 0).into()
}
