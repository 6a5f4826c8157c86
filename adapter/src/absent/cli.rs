//! `wasi:cli` where there is none: no environment, no terminal, and nobody at the standard streams.

use super::{EMPTY, NO_END};
use crate::canon::trap;

/// Declares functions that return an empty list.
macro_rules! empty_list {
    ($( $function:ident $name:literal )*) => {
        $(
            #[unsafe(export_name = $name)]
            extern "C" fn $function(list: &mut [u32; 2]) {
                *list = EMPTY;
            }
        )*
    };
}

empty_list! {
    get_environment "wasi-uplift:absent/wasi:cli/environment@0.3.0#get-environment"
    get_arguments "wasi-uplift:absent/wasi:cli/environment@0.3.0#get-arguments"
}

/// Declares functions that return an option without anything in it.
macro_rules! none {
    ($( $function:ident $name:literal )*) => {
        $(
            #[unsafe(export_name = $name)]
            extern "C" fn $function(option: &mut u8) {
                *option = 0;
            }
        )*
    };
}

none! {
    get_initial_cwd "wasi-uplift:absent/wasi:cli/environment@0.3.0#get-initial-cwd"
    get_terminal_stdin "wasi-uplift:absent/wasi:cli/terminal-stdin@0.3.0#get-terminal-stdin"
    get_terminal_stdout "wasi-uplift:absent/wasi:cli/terminal-stdout@0.3.0#get-terminal-stdout"
    get_terminal_stderr "wasi-uplift:absent/wasi:cli/terminal-stderr@0.3.0#get-terminal-stderr"
}

/// Nobody is there to be told the status.
#[unsafe(export_name = "wasi-uplift:absent/wasi:cli/exit@0.3.0#exit")]
extern "C" fn exit(_: u32) {
    trap();
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:cli/exit@0.3.0#exit-with-code")]
extern "C" fn exit_with_code(_: u32) {
    trap();
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:cli/stdin@0.3.0#read-via-stream")]
extern "C" fn stdin(ends: &mut [u32; 2]) {
    *ends = [NO_END; 2];
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:cli/stdout@0.3.0#write-via-stream")]
extern "C" fn stdout(_: u32) -> u32 {
    NO_END
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:cli/stderr@0.3.0#write-via-stream")]
extern "C" fn stderr(_: u32) -> u32 {
    NO_END
}
