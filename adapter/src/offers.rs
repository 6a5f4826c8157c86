//! `wasi-uplift:adapter/offers`, which the composer's glue calls in place of
//! `[method]input-stream.blocking-read`.

use crate::Adapter;
use crate::bindings::exports::wasi_uplift::adapter::offers::{
    Guest, InputStreamBorrow, Offer, Outcome,
};
use crate::canon::{Task, trap};
use crate::filesystem::input::FileInput;
use crate::io::streams::InputStream;

impl Guest for Adapter {
    fn blocking_read(input: InputStreamBorrow<'_>, len: u64, task: Task<'_>) -> Outcome {
        let stream = input.get::<InputStream>();
        let file = stream.source::<FileInput>();
        if let Some((end, len)) = file.and_then(|file| file.offer(len, task)) {
            let len = len as u32;
            return Outcome::Offered(Offer { end, len });
        }
        match stream.read_waiting(len, task) {
            Ok(bytes) => Outcome::Bytes(bytes),
            Err(error) => Outcome::Failed(error.into()),
        }
    }

    fn go_on(input: InputStreamBorrow<'_>, code: u32, task: Task<'_>) -> u64 {
        let file = input.get::<InputStream>().source::<FileInput>();
        let (read, missing) = match file {
            Some(file) => file.go_on(code, task),
            None => trap(),
        };
        read as u64 | (missing as u64) << 32
    }
}
