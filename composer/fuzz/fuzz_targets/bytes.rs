#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { let _ = wasi_uplift::compose(data, &Default::default()); });
