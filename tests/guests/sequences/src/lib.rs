//! A guest that makes the calls that it is told, and reports each result in a form that is the same
//! in every run.
//!
//! An operation is a line: `NAME WORD...`, or `SLOT=NAME WORD...` if it makes resources, which go to
//! that slot of the table of their type. A resource as an argument is the number of its slot. An
//! operation with a slot that is empty isn't made, so that what is left of a sequence when some
//! operations are taken out is a sequence, too.

mod argument;
mod cli;
mod clocks;
mod files;
#[path = "../../src/fnv.rs"]
mod fnv;
mod http;
mod operation;
mod show;
mod sockets;
mod streams;
mod table;
mod wait;

mod bindings {
    wit_bindgen::generate!({
        inline: "
            package tests:sequences;

            interface driver {
                /// Returns the operations, and before them the longest time, in nanoseconds, that
                /// one of them waits for something that may never happen.
                operations: func() -> tuple<u64, list<string>>;
                report: func(outcome: string);
            }

            world guest {
                import driver;
                import wasi:io/error@0.2.12;
                import wasi:io/poll@0.2.12;
                import wasi:io/streams@0.2.12;
                import wasi:clocks/monotonic-clock@0.2.12;
                import wasi:clocks/wall-clock@0.2.12;
                import wasi:filesystem/types@0.2.12;
                import wasi:filesystem/preopens@0.2.12;
                import wasi:random/random@0.2.12;
                import wasi:random/insecure@0.2.12;
                import wasi:random/insecure-seed@0.2.12;
                import wasi:cli/environment@0.2.12;
                import wasi:cli/exit@0.2.12;
                import wasi:cli/stdin@0.2.12;
                import wasi:cli/stdout@0.2.12;
                import wasi:cli/stderr@0.2.12;
                import wasi:cli/terminal-stdin@0.2.12;
                import wasi:cli/terminal-stdout@0.2.12;
                import wasi:cli/terminal-stderr@0.2.12;
                import wasi:http/types@0.2.12;
                import wasi:http/outgoing-handler@0.2.12;
                import wasi:sockets/instance-network@0.2.12;
                import wasi:sockets/ip-name-lookup@0.2.12;
                import wasi:sockets/network@0.2.12;
                import wasi:sockets/tcp@0.2.12;
                import wasi:sockets/tcp-create-socket@0.2.12;
                import wasi:sockets/udp@0.2.12;
                import wasi:sockets/udp-create-socket@0.2.12;

                export wasi:cli/run@0.2.12;
            }
        ",
        path: [
            "../wit/deps/io.wit",
            "../wit/deps/clocks.wit",
            "../wit/deps/random.wit",
            "../wit/deps/filesystem.wit",
            "../sockets/wit/stable.wit",
            "../wit/deps/cli.wit",
            "../http/wit/stable/deps/http.wit",
        ],
        generate_all,
    });
}

use bindings::tests::sequences::driver;
use bindings::wasi;
use operation::Operation;

struct Command;

impl bindings::exports::wasi::cli::run::Guest for Command {
    fn run() -> Result<(), ()> {
        std::panic::set_hook(Box::new(|info| driver::report(&info.to_string())));
        let (patience, operations) = driver::operations();
        wait::set_patience(patience);
        for operation in operations {
            let operation = Operation::parse(&operation);
            let calls = [
                files::call,
                streams::call,
                clocks::call,
                sockets::call,
                http::call,
                cli::call,
            ];
            let outcome = calls.iter().find_map(|call| call(&operation));
            driver::report(&outcome.unwrap_or_else(|| operation.not_made()));
        }
        Ok(())
    }
}

bindings::export!(Command with_types_in bindings);
