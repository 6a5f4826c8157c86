//! Every function of `wasi:filesystem`, in right and in wrong states.

use guests::cli::stdin::get_stdin;
use guests::clocks::wall_clock::Datetime;
use guests::filesystem::preopens::get_directories;
use guests::filesystem::types::{
    Advice, Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntryStream,
    ErrorCode, NewTimestamp, OpenFlags, PathFlags, filesystem_error_code,
};
use guests::fnv::{Fnv, pattern};
use guests::io::poll::poll;
use guests::io::streams::{InputStream, StreamError};
use guests::{after_ms, ask, kind, mode, out, print, stdout, write_all};
use std::fmt::Debug;

guests::command!(run);

const NO_FLAGS: OpenFlags = OpenFlags::empty();
const CREATE: OpenFlags = OpenFlags::CREATE;
const READ: DescriptorFlags = DescriptorFlags::READ;
const WRITE: DescriptorFlags = DescriptorFlags::WRITE;
const BOTH: DescriptorFlags = READ.union(WRITE);
const HERE: PathFlags = PathFlags::empty();
const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;

fn run() -> Result<(), ()> {
    let mode = mode();
    let mut folders = get_directories();
    if mode == "preopens" {
        for (folder, name) in &folders {
            out!("{name} {}", show(folder.get_type()));
        }
        return Ok(());
    }
    let (home, _) = folders.remove(0);
    match mode.as_str() {
        "positions" => positions(&home),
        "reading" => reading(&home),
        "reading-long" => reading_long(&home),
        "reading-nothing" => reading_nothing(&home),
        "reading-to-the-end" => reading_to_the_end(&home),
        "spinning" => spinning(&home),
        "writing" => writing(&home),
        "following" => following(&home),
        "appending" => appending(&home),
        "polling" => polling(&home),
        "splicing" => splicing(&home),
        "fresh" => fresh(&home),
        "changed-by-others" => changed_by_others(&home),
        "changed-meanwhile" => changed_meanwhile(&home),
        "changed-before-the-end" => changed_before_the_end(&home),
        "descriptors" => descriptors(&home),
        "times" => times(&home),
        "opening" => opening(&home),
        "names" => names(&home),
        "identity" => identity(&home),
        "directory" => directory(&home),
        "directory-large" => directory_large(&home),
        "directory-listing" => directory_listing(&home),
        "directory-broken" => directory_broken(&home),
        "wrong-kinds" => wrong_kinds(&home),
        "errors" => errors(&home),
        "limited" => limited(&home),
        "read-only" => read_only(&home),
        "handles" => handles(&home),
        other => panic!("unknown mode {other}"),
    }
    Ok(())
}

/// Returns the value, or the error's name, as text.
fn show<T: Debug>(result: Result<T, ErrorCode>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(code) => code.name().to_owned(),
    }
}

/// Returns the same for streams, with the error code of a failed operation.
fn show_stream<T: Debug>(result: Result<T, StreamError>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(StreamError::Closed) => "closed".into(),
        Err(StreamError::LastOperationFailed(error)) => {
            assert!(!error.to_debug_string().is_empty());
            match filesystem_error_code(&error) {
                Some(code) => format!("failed, {}", code.name()),
                None => "failed".into(),
            }
        }
    }
}

/// Returns bytes as text, or their hash if they are many.
fn summary(bytes: &[u8]) -> String {
    let mut hash = Fnv::default();
    hash.update(bytes);
    format!("{} bytes, {:016x}", bytes.len(), hash.finish())
}

fn open(home: &Descriptor, name: &str, flags: DescriptorFlags) -> Descriptor {
    home.open_at(FOLLOW, name, CREATE, flags).expect("opening")
}

/// Makes a file with so many bytes of the pattern.
fn filled(home: &Descriptor, name: &str, len: usize) -> Descriptor {
    let file = open(home, name, BOTH);
    let bytes: Vec<u8> = (0..len).map(pattern).collect();
    let stream = file.write_via_stream(0).expect("opening a stream");
    write_all(&stream, &bytes).expect("writing");
    stream.blocking_flush().expect("flushing");
    file
}

fn content(file: &Descriptor) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        let (bytes, end) = file
            .read(1 << 20, content.len() as u64)
            .expect("reading a file");
        assert_eq!(bytes.is_empty(), end);
        content.extend(bytes);
        if end {
            return content;
        }
    }
}

fn read_all(stream: &InputStream) -> Vec<u8> {
    let mut content = Vec::new();
    while let Ok(bytes) = stream.blocking_read(10_000) {
        content.extend(bytes);
    }
    content
}

fn positions(home: &Descriptor) {
    let file = open(home, "file", BOTH);
    let read = |len, offset| {
        let result = file.read(len, offset);
        result.map(|(bytes, end)| (String::from_utf8_lossy(&bytes).into_owned(), end))
    };
    out!("empty {}", show(read(10, 0)));
    out!("write {}", show(file.write(b"0123456789", 0)));
    out!("inside {}", show(read(4, 3)));
    out!("at the end {}", show(read(4, 8)));
    out!("behind the end {}", show(read(4, 10)));
    out!("far behind {}", show(read(4, 1 << 40)));
    out!("nothing {}", show(read(0, 2)));
    out!("nothing at the end {}", show(read(0, 10)));
    out!("overwrite {}", show(file.write(b"abc", 8)));
    out!("all {}", show(read(100, 0)));
    out!("write nothing {}", show(file.write(b"", 5)));
    out!("write nothing far {}", show(file.write(b"", 500)));
    let unwritable = open_existing(home, "file", READ);
    out!("write nothing {}", show(unwritable.write(b"", 5)));
    out!("write nothing {}", show(unwritable.write(b"", 5)));
    out!("behind the end {}", show(file.write(b"x", 13)));
    out!("all {}", show(read(100, 0)));
    out!("beyond 4 GiB {}", show(file.write(b"far", (1 << 32) + 7)));
    out!("there {}", show(read(10, (1 << 32) + 5)));
    out!("size {}", show(file.stat().map(|it| it.size)));
    out!("shrink {}", show(file.set_size(5)));
    out!("grow {}", show(file.set_size(8)));
    out!("all {}", show(read(100, 0)));
    out!("no offset {}", show(read(1, u64::MAX)));
    out!("no offset {}", show(file.write(b"x", u64::MAX)));
    out!("no size {}", show(file.set_size(u64::MAX)));

    // A read returns all bytes up to the host's limit.
    let file = filled(home, "large", 150_000);
    for (len, offset) in [
        (1, 0),
        (10_000, 1),
        (10_000, 10_001),
        (65_536, 20_001),
        (65_536, 85_537),
        (65_536, 100_000),
        (100, 0),
    ] {
        let (bytes, end) = file.read(len, offset).expect("reading");
        let good = (offset as usize..)
            .map(pattern)
            .zip(&bytes)
            .all(|(a, b)| a == *b);
        out!("{len} at {offset}: {} {end} {good}", bytes.len());
    }
    let bytes: Vec<u8> = (7..100_007).map(pattern).collect();
    out!("large write {}", show(file.write(&bytes, 70_000)));
    out!("{}", summary(&content(&file)));
}

fn reading(home: &Descriptor) {
    let file = filled(home, "file", 100_000);
    let stream = file.read_via_stream(10).expect("opening a stream");
    out!("zero {}", show_stream(stream.read(0)));
    out!("read {}", show_stream(stream.blocking_read(5)));
    out!("skip {}", show_stream(stream.blocking_skip(1000)));
    out!("read {}", show_stream(stream.blocking_read(5)));
    out!("skip nothing {}", show_stream(stream.skip(0)));
    let rest = read_all(&stream);
    out!("rest {}", summary(&rest));
    out!("end {}", show_stream(stream.blocking_read(5)));
    out!("end {}", show_stream(stream.read(5)));
    out!("end {}", show_stream(stream.blocking_skip(5)));
    out!("end {}", show_stream(stream.skip(5)));
    out!("zero at the end {}", show_stream(stream.read(0)));
    out!("zero at the end {}", show_stream(stream.skip(0)));
    for offset in [99_999, 100_000, 100_001, 1 << 40] {
        let stream = file.read_via_stream(offset).expect("opening a stream");
        out!("at {offset} {}", show_stream(stream.blocking_read(5)));
        out!("at {offset} {}", show_stream(stream.blocking_read(5)));
    }
    let stream = file.read_via_stream(u64::MAX).expect("opening a stream");
    out!("no offset {}", show_stream(stream.blocking_read(5)));
    out!("no offset {}", show_stream(stream.blocking_read(5)));

    // Streams of one file are independent, and outlive the descriptor.
    let streams: Vec<_> = (0..5)
        .map(|i| file.read_via_stream(i * 10_000).expect("opening a stream"))
        .collect();
    drop(file);
    for _ in 0..2 {
        for stream in &streams {
            out!("{}", show_stream(stream.blocking_read(3)));
        }
    }
    for stream in &streams {
        out!("{}", summary(&read_all(stream)));
    }
}

/// Long reads of a file that is long, and that changes in between.
fn reading_long(home: &Descriptor) {
    let file = filled(home, "file", 300_003);
    let other = open(home, "file", BOTH);
    for len in [4095, 10_000, 65_536, u64::MAX] {
        let stream = file.read_via_stream(7).expect("opening a stream");
        let mut all = Vec::new();
        let end = loop {
            match stream.blocking_read(len) {
                Ok(bytes) => {
                    assert!(!bytes.is_empty() && bytes.len() as u64 <= len);
                    all.extend(bytes);
                }
                Err(error) => break show_stream(Err::<(), _>(error)),
            }
        };
        out!("by {len}: {}, {end}", summary(&all));
    }
    // What is known of the file is old by then.
    let stream = file.read_via_stream(0).expect("opening a stream");
    out!("{}", summary(&read_until(&stream, 200_000)));
    other.set_size(220_001).expect("setting the size");
    out!("shorter: {}", summary(&read_until(&stream, 20_001)));
    out!("end {}", show_stream(stream.blocking_read(10_000)));

    let stream = file.read_via_stream(0).expect("opening a stream");
    out!("{}", summary(&read_until(&stream, 200_000)));
    let output = other.write_via_stream(205_000).expect("opening a stream");
    write_all(&output, &[b'n'; 50_000]).expect("writing");
    output.blocking_flush().expect("flushing");
    drop(output);
    out!("longer: {}", summary(&read_until(&stream, 55_000)));
    out!("end {}", show_stream(stream.blocking_read(10_000)));

    // Others read meanwhile, and what is left is skipped.
    let streams = [0, 1].map(|at| file.read_via_stream(at).expect("opening a stream"));
    let mut all = [Vec::new(), Vec::new()];
    for _ in 0..20 {
        for (stream, all) in streams.iter().zip(&mut all) {
            all.extend(read_until(stream, 9000));
        }
    }
    for (stream, mut all) in streams.iter().zip(all) {
        let mut missing = 9000;
        while missing > 0 {
            missing -= stream.blocking_skip(missing).expect("skipping");
        }
        all.extend(read_all(stream));
        out!("{}", summary(&all));
    }
}

/// Reads a file to its end, which another process brings nearer once there is `ready`.
fn reading_to_the_end(home: &Descriptor) {
    let file = open_existing(home, "file", READ);
    let stream = file.read_via_stream(0).expect("opening a stream");
    let before = file.stat().expect("asking").size;
    let mut read = 0;
    let end = loop {
        match stream.blocking_read(65_536) {
            Ok(bytes) => read += bytes.len() as u64,
            Err(error) => break show_stream(Err::<(), _>(error)),
        }
        if read == 640 * 1024 {
            drop(open(home, "ready", WRITE));
        }
    };
    out!("{end} before what was the end: {}", read < before);
}

fn writing(home: &Descriptor) {
    let file = open(home, "file", BOTH);
    let stream = file.write_via_stream(5).expect("opening a stream");
    out!("permit {}", show_stream(stream.check_write()));
    out!("write {}", show_stream(stream.write(b"written")));
    out!("flush {}", show_stream(stream.blocking_flush()));
    out!("{:?}", content(&file));
    out!(
        "nothing {}",
        show_stream(stream.blocking_write_and_flush(b""))
    );
    out!(
        "more {}",
        show_stream(stream.blocking_write_and_flush(b" more"))
    );
    out!(
        "zeroes {}",
        show_stream(stream.blocking_write_zeroes_and_flush(3))
    );
    stream.subscribe().block();
    out!("permit {}", show_stream(stream.check_write()));
    out!("zeroes {}", show_stream(stream.write_zeroes(2)));
    stream.subscribe().block();
    out!("flush {}", show_stream(stream.flush()));
    stream.subscribe().block();
    out!("write {}", show_stream(stream.write(b"!")));
    out!("flush {}", show_stream(stream.blocking_flush()));
    out!("{:?}", String::from_utf8_lossy(&content(&file)));

    // Two writers, one behind the other.
    let first = file.write_via_stream(0).expect("opening a stream");
    let second = file.write_via_stream(100).expect("opening a stream");
    for i in 0..10u8 {
        let piece = [b'a' + i; 15];
        first.blocking_write_and_flush(&piece).expect("writing");
        second.blocking_write_and_flush(&piece).expect("writing");
    }
    out!("{}", String::from_utf8_lossy(&content(&file)));
    drop((first, second));

    let stream = file.write_via_stream(1 << 33).expect("opening a stream");
    out!(
        "far {}",
        show_stream(stream.blocking_write_and_flush(b"far"))
    );
    out!("size {}", show(file.stat().map(|it| it.size)));
    file.set_size(300).expect("setting the size");

    let large: Vec<u8> = (0..300_000).map(pattern).collect();
    let file = open(home, "large", BOTH);
    let stream = file.write_via_stream(0).expect("opening a stream");
    drop(file);
    write_all(&stream, &large).expect("writing");
    out!("flush {}", show_stream(stream.blocking_flush()));
    drop(stream);
    let file = open(home, "large", READ);
    out!("{}", summary(&content(&file)));
}

/// Consecutive writes, with every operation in between that can see or change their effect.
fn following(home: &Descriptor) {
    let file = open(home, "file", BOTH);
    let other = open(home, "file", BOTH);
    let elsewhere = open(home, "elsewhere", BOTH);
    let reading = other.read_via_stream(0).expect("opening a stream");
    let output = other.write_via_stream(0).expect("opening a stream");
    let mut model: Vec<u8> = Vec::new();
    let mut wrong = Vec::new();
    for step in 0..60u8 {
        let piece = vec![step; 300 * usize::from(step % 40)];
        let written = file.write(&piece, model.len() as u64).expect("writing");
        assert_eq!(written, piece.len() as u64);
        model.extend(&piece);
        let good = match step % 12 {
            0 => other.stat().expect("asking").size == model.len() as u64,
            1 => content(&other) == model,
            2 => {
                let at = usize::from(step / 12) * 50;
                read_until(&reading, 50) == model[at..at + 50]
            }
            3 => {
                model.truncate(model.len() - 100);
                other.set_size(model.len() as u64).is_ok()
            }
            4 => {
                // The next write leaves a hole.
                let len = model.len() as u64 - 50;
                let result = other.set_size(len);
                model[len as usize..].fill(0);
                result.is_ok()
            }
            5 => elsewhere.write(&piece, 0) == Ok(written),
            6 => {
                let at = model.len() - 10;
                model[at..].fill(b'o');
                other.write(b"oooooooooo", at as u64) == Ok(10)
            }
            7 => {
                let done = output.blocking_write_and_flush(b"stream");
                let at = usize::from(step / 12) * 6;
                model[at..at + 6].copy_from_slice(b"stream");
                done.is_ok()
            }
            8 => file.sync().is_ok(),
            9 => file.sync_data().is_ok(),
            10 => home.rename_at("file", home, "file").is_ok(),
            _ => file.read(0, 0).is_ok(),
        };
        if !good {
            wrong.push(step);
        }
    }
    out!("wrong {wrong:?}, {}", content(&other) == model);
    // Dropped, with the stream still open.
    let at = model.len() as u64;
    out!("{}", show(file.write(b"one", at)));
    out!("{}", show(file.write(b"two", at + 3)));
    drop(file);
    out!("{}", show(other.read(10, at)));
    out!("{}", summary(&content(&other)));
    // Nothing looks at this one before the end.
    out!("{}", show(elsewhere.write(b"last", 0)));
    out!("{}", show(elsewhere.write(b" words", 4)));
}

fn appending(home: &Descriptor) {
    let file = open(home, "file", BOTH);
    let first = file.append_via_stream().expect("opening a stream");
    let second = file.append_via_stream().expect("opening a stream");
    for i in 0..5 {
        let line = format!("first {i}\n");
        first
            .blocking_write_and_flush(line.as_bytes())
            .expect("writing");
        let line = format!("second {i}\n");
        second
            .blocking_write_and_flush(line.as_bytes())
            .expect("writing");
    }
    file.write(b"FIRST", 0).expect("writing");
    out!("{}", String::from_utf8_lossy(&content(&file)));
    file.set_size(6).expect("setting the size");
    out!("{}", show_stream(first.blocking_write_and_flush(b"last")));
    out!(
        "zeroes {}",
        show_stream(first.blocking_write_zeroes_and_flush(2))
    );
    out!("{:?}", String::from_utf8_lossy(&content(&file)));
}

fn polling(home: &Descriptor) {
    let file = filled(home, "file", 50_000);
    let stream = file.read_via_stream(0).expect("opening a stream");
    let readable = stream.subscribe();
    let output = file.write_via_stream(50_000).expect("opening a stream");
    let writable = output.subscribe();
    out!("writable {:?}", poll(&[&writable]));
    out!("readable {:?}", poll(&[&readable]));
    out!(
        "both {}",
        poll(&[&readable, &writable, &readable]).len() >= 2
    );
    readable.block();
    out!("ready {}", readable.ready());
    out!("read {}", show_stream(stream.read(3)));

    // Without ever blocking in a read.
    let mut read = Vec::new();
    let end = loop {
        readable.block();
        match stream.read(1000) {
            Ok(bytes) => read.extend(bytes),
            Err(error) => break show_stream(Err::<(), _>(error)),
        }
    };
    out!("{end} {}", summary(&read));
    out!("ready at the end {}", readable.ready());
    out!("poll at the end {:?}", poll(&[&readable]));
}

/// A guest that never waits makes progress nevertheless.
fn spinning(home: &Descriptor) {
    let file = filled(home, "file", 50_000);
    let stream = file.read_via_stream(0).expect("opening a stream");
    let mut skipped = 0;
    let end = loop {
        match stream.skip(3000) {
            Ok(len) => skipped += len,
            Err(error) => break show_stream(Err::<(), _>(error)),
        }
    };
    out!("{end} {skipped}");
    let stream = file.append_via_stream().expect("opening a stream");
    for i in 0..10 {
        while stream.check_write().expect("asking for a permit") == 0 {}
        stream.write(&[i]).expect("writing");
    }
    while stream.check_write().expect("asking for a permit") == 0 {}
    out!("{}", summary(&content(&file)));
}

/// No bytes are read, and that is not the end.
fn reading_nothing(home: &Descriptor) {
    let file = filled(home, "file", 100);
    let stream = file.read_via_stream(10).expect("opening a stream");
    out!("read {}", show_stream(stream.blocking_read(0)));
    out!("skip {}", show_stream(stream.blocking_skip(0)));
    out!(
        "splice {}",
        show_stream(stdout().blocking_splice(&stream, 0))
    );
    out!("read {}", show_stream(stream.blocking_read(3)));
    out!("rest {}", summary(&read_all(&stream)));
    out!("read {}", show_stream(stream.blocking_read(0)));
    out!("read {}", show_stream(stream.read(0)));
}

fn splicing(home: &Descriptor) {
    let from = filled(home, "from", 200_000);
    let to = open(home, "to", BOTH);
    let input = from.read_via_stream(0).expect("opening a stream");
    let output = to.write_via_stream(0).expect("opening a stream");
    out!("nothing {}", show_stream(output.splice(&input, 0)));
    out!("some {}", show_stream(output.blocking_splice(&input, 1000)));
    let mut moved = 0;
    let end = loop {
        match output.blocking_splice(&input, 50_000) {
            Ok(len) => moved += len,
            Err(error) => break show_stream(Err::<(), _>(error)),
        }
    };
    out!("{end} {moved}");
    out!(
        "nothing of the end {}",
        show_stream(output.splice(&input, 0))
    );
    out!("flush {}", show_stream(output.blocking_flush()));
    out!("{}", summary(&content(&to)));

    // The other way round, without blocking, and to where it came from.
    let input = to.read_via_stream(100_000).expect("opening a stream");
    let output = to.append_via_stream().expect("opening a stream");
    let (readable, writable) = (input.subscribe(), output.subscribe());
    let mut moved = 0;
    while moved < 100_000 {
        moved += output.splice(&input, 100_000 - moved).expect("splicing");
        readable.block();
        writable.block();
    }
    output.blocking_flush().expect("flushing");
    out!("{}", summary(&content(&to)));

    let text = open(home, "text", BOTH);
    text.write(b"from the file to stdout\n", 0)
        .expect("writing");
    let input = text.read_via_stream(0).expect("opening a stream");
    let splice = stdout().blocking_splice(&input, 100);
    out!("{}", show_stream(splice));
    out!("{}", show_stream(stdout().blocking_splice(&input, 100)));

    // The destination fails.
    let read_only = open_existing(home, "text", READ);
    let output = read_only.write_via_stream(0).expect("opening a stream");
    let input = from.read_via_stream(0).expect("opening a stream");
    out!("{}", show_stream(output.blocking_splice(&input, 100)));
    out!("{}", show_stream(output.blocking_splice(&input, 100)));
}

fn open_existing(home: &Descriptor, name: &str, flags: DescriptorFlags) -> Descriptor {
    home.open_at(FOLLOW, name, NO_FLAGS, flags)
        .expect("opening")
}

/// A read returns the present content of the file, whoever has changed it last.
fn fresh(home: &Descriptor) {
    let file = filled(home, "file", 60_000);
    let other = open(home, "file", BOTH);
    let reading = file.read_via_stream(0).expect("opening a stream");
    let appending = other.append_via_stream().expect("opening a stream");
    let mut position = 0;
    let mut stale = 0;
    for step in 0..100u8 {
        // Just ahead of both readers, in one of the ways there are.
        match step % 3 {
            0 => drop(other.write(&[step; 3], position + 2).expect("writing")),
            1 => {
                let stream = other.write_via_stream(position + 2).expect("opening");
                stream
                    .blocking_write_and_flush(&[step; 3])
                    .expect("writing");
            }
            _ => {
                let stream = other.write_via_stream(position + 2).expect("opening");
                stream.write(&[step; 3]).expect("writing");
                stream.subscribe().block();
            }
        }
        let streamed = reading.blocking_read(10).expect("reading");
        let (read, _) = file.read(10, position).expect("reading");
        stale += u32::from(streamed[2..5] != [step; 3]) + u32::from(read != streamed);
        position += 10;
    }
    out!("stale: {stale}");
    out!("{}", summary(&content(&file)));

    // To the end, and beyond it.
    let rest = read_until(&reading, 60_000 - position as usize);
    out!("rest {}", summary(&rest));
    appending
        .blocking_write_and_flush(b"appended")
        .expect("writing");
    out!("appended {}", show_stream(reading.blocking_read(100)));
    other.set_size(10).expect("setting the size");
    out!("shorter {}", show_stream(reading.blocking_read(100)));
    let (bytes, end) = file.read(5, 0).expect("reading");
    other.set_size(7).expect("setting the size");
    out!("{bytes:?} {end} {}", show(file.read(5, 5)));
    let (bytes, end) = file.read(5, 0).expect("reading");
    let truncated = home.open_at(HERE, "file", OpenFlags::TRUNCATE, WRITE);
    out!(
        "{bytes:?} {end} {} {}",
        truncated.is_ok(),
        show(file.read(5, 5))
    );
}

/// Another process overwrites the file with `n` once there is a file `ready`.
fn changed_by_others(home: &Descriptor) {
    let file = open_existing(home, "file", READ);
    let stream = file.read_via_stream(0).expect("opening a stream");
    drop(open(home, "ready", WRITE));
    while let Ok(bytes) = stream.blocking_read(1) {
        if bytes == b"n" {
            out!("changed");
            return;
        }
        after_ms(10).block();
    }
    out!("never changed");
}

/// The same where the guest doesn't wait, but asks for what doesn't come.
fn changed_meanwhile(home: &Descriptor) {
    let file = open_existing(home, "file", READ);
    let stream = file.read_via_stream(0).expect("opening a stream");
    let stdin = get_stdin();
    drop(open(home, "ready", WRITE));
    while let Ok(bytes) = stream.blocking_read(1) {
        if bytes == b"n" {
            out!("changed");
            return;
        }
        for _ in 0..1000 {
            assert_eq!(stdin.read(1).expect("stdin is open"), []);
        }
    }
    out!("never changed");
}

/// Another process overwrites the file with `n` before it closes stdin.
fn changed_before_the_end(home: &Descriptor) {
    let file = open_existing(home, "file", READ);
    let read = |position| {
        let (bytes, _) = file.read(100, position).expect("reading");
        let age = match bytes.first() {
            Some(b'n') => "new",
            _ => "old",
        };
        format!("{age} {} bytes", bytes.len())
    };
    print(&stdout(), &read(0));
    ask();
    out!("{}", kind(get_stdin().blocking_read(1)));
    out!("{}", read(100));
}

fn read_until(stream: &InputStream, len: usize) -> Vec<u8> {
    let mut read = Vec::new();
    while read.len() < len {
        let missing = (len - read.len()) as u64;
        read.extend(stream.blocking_read(missing).expect("reading"));
    }
    read
}

fn descriptors(home: &Descriptor) {
    let file = filled(home, "file", 1000);
    for (name, it) in [
        ("folder", home),
        ("both", &file),
        ("read", &open_existing(home, "file", READ)),
        ("write", &open_existing(home, "file", WRITE)),
        (
            "neither",
            &open_existing(home, "file", DescriptorFlags::empty()),
        ),
    ] {
        out!("{name} flags {}", show(it.get_flags()));
        out!("{name} type {}", show(it.get_type()));
        out!("{name} sync {}", show(it.sync()));
        out!("{name} sync data {}", show(it.sync_data()));
        out!("{name} size {}", show(it.set_size(500)));
        for advice in [
            Advice::Normal,
            Advice::Sequential,
            Advice::Random,
            Advice::WillNeed,
            Advice::DontNeed,
            Advice::NoReuse,
        ] {
            out!("{name} {advice:?} {}", show(it.advise(10, 100, advice)));
        }
        out!("{name} all {}", show(it.advise(0, 0, Advice::Normal)));
        out!("{name} read {}", show(it.read(2, 0)));
        out!("{name} read nothing {}", show(it.read(0, 0)));
        out!("{name} write {}", show(it.write(b"x", 0)));
        out!("{name} write nothing {}", show(it.write(b"", 0)));
        let stream = it.read_via_stream(0);
        out!(
            "{name} input {}",
            show(stream.as_ref().map(drop).map_err(|e| *e))
        );
        if let Ok(stream) = stream {
            out!("{name} input {}", show_stream(stream.blocking_read(2)));
            out!("{name} input {}", show_stream(stream.blocking_read(2)));
        }
        for stream in [it.write_via_stream(0), it.append_via_stream()] {
            out!(
                "{name} output {}",
                show(stream.as_ref().map(drop).map_err(|e| *e))
            );
            if let Ok(stream) = stream {
                out!(
                    "{name} output {}",
                    show_stream(stream.blocking_write_and_flush(b"x"))
                );
                out!(
                    "{name} output {}",
                    show_stream(stream.blocking_write_and_flush(b"x"))
                );
            }
        }
    }
}

fn stated(stat: DescriptorStat) -> String {
    let time = |time: Option<Datetime>| time.map(|it| (it.seconds, it.nanoseconds));
    format!(
        "{:?} {} {} accessed {:?} modified {:?}",
        stat.type_,
        stat.link_count,
        stat.size,
        time(stat.data_access_timestamp),
        time(stat.data_modification_timestamp)
    )
}

fn times(home: &Descriptor) {
    let file = filled(home, "file", 10);
    home.symlink_at("file", "link").expect("making a link");
    let at = |seconds, nanoseconds| {
        NewTimestamp::Timestamp(Datetime {
            seconds,
            nanoseconds,
        })
    };
    let keep = NewTimestamp::NoChange;
    out!(
        "both {}",
        show(file.set_times(at(1000, 1), at(2000, 999_999_999)))
    );
    out!("{}", show(file.stat().map(stated)));
    out!("one {}", show(file.set_times(keep, at(3000, 0))));
    out!("{}", show(file.stat().map(stated)));
    out!("none {}", show(file.set_times(keep, keep)));
    out!("{}", show(home.stat_at(FOLLOW, "link").map(stated)));
    out!(
        "by the link {}",
        show(home.set_times_at(FOLLOW, "link", at(4000, 0), keep))
    );
    out!("{}", show(file.stat().map(stated)));
    out!(
        "the link {}",
        show(home.set_times_at(HERE, "link", at(5000, 0), at(6000, 0)))
    );
    let link = home
        .stat_at(HERE, "link")
        .map(|it| it.data_modification_timestamp);
    out!("{}", show(link.map(|it| it.map(|it| it.seconds))));
    out!("{}", show(file.stat().map(stated)));
    out!(
        "nanoseconds {}",
        show(file.set_times(keep, at(7000, 1_500_000_000)))
    );
    out!("{}", show(file.stat().map(stated)));
    out!("too late {}", show(file.set_times(keep, at(u64::MAX, 0))));
    out!(
        "too late {}",
        show(file.set_times(keep, at(i64::MAX as u64, u32::MAX)))
    );
    out!(
        "none there {}",
        show(home.set_times_at(HERE, "none", keep, keep))
    );
    out!(
        "now {}",
        show(file.set_times(NewTimestamp::Now, NewTimestamp::Now))
    );
    let now = file.stat().map(|it| {
        it.data_modification_timestamp
            .map(|it| it.seconds > 1_700_000_000)
    });
    out!("{}", show(now));
    out!("set {}", show(file.set_times(at(8000, 0), at(9000, 0))));
}

fn opening(home: &Descriptor) {
    drop(filled(home, "file", 10));
    home.create_directory_at("folder").expect("making a folder");
    home.symlink_at("file", "link").expect("making a link");
    home.symlink_at("none", "dangling").expect("making a link");
    home.symlink_at("folder", "to-folder")
        .expect("making a link");
    let flags = [
        NO_FLAGS,
        OpenFlags::CREATE,
        OpenFlags::DIRECTORY,
        OpenFlags::TRUNCATE,
        OpenFlags::CREATE | OpenFlags::EXCLUSIVE,
        OpenFlags::EXCLUSIVE,
        OpenFlags::CREATE | OpenFlags::DIRECTORY,
        OpenFlags::DIRECTORY | OpenFlags::TRUNCATE,
        OpenFlags::CREATE | OpenFlags::TRUNCATE,
    ];
    for name in [
        "file",
        "folder",
        "link",
        "dangling",
        "to-folder",
        "new",
        "folder/",
        "file/",
        "",
        ".",
    ] {
        for path in [HERE, FOLLOW] {
            for how in flags {
                for access in [READ, WRITE, BOTH | DescriptorFlags::MUTATE_DIRECTORY] {
                    let opened = home.open_at(path, name, how, access);
                    let kind = opened.and_then(|it| Ok((it.get_type()?, it.get_flags()?)));
                    out!("{name:?} {path:?} {how:?} {access:?} {}", show(kind));
                    // Restored for the next.
                    for made in ["new", "none"] {
                        let _ = home.unlink_file_at(made);
                    }
                }
            }
        }
    }
    for access in [
        DescriptorFlags::FILE_INTEGRITY_SYNC,
        DescriptorFlags::DATA_INTEGRITY_SYNC,
        DescriptorFlags::REQUESTED_WRITE_SYNC,
    ] {
        let opened = home.open_at(HERE, "file", NO_FLAGS, access | BOTH);
        out!("{access:?} {}", show(opened.map(drop)));
    }
}

fn names(home: &Descriptor) {
    drop(filled(home, "file", 10));
    home.create_directory_at("folder").expect("making a folder");
    let folder = home
        .open_at(HERE, "folder", OpenFlags::DIRECTORY, READ)
        .expect("opening a folder");
    out!(
        "link {}",
        show(home.link_at(HERE, "file", &folder, "linked"))
    );
    out!(
        "again {}",
        show(home.link_at(HERE, "file", &folder, "linked"))
    );
    out!(
        "follow {}",
        show(home.link_at(FOLLOW, "file", &folder, "other"))
    );
    out!(
        "folder {}",
        show(home.link_at(HERE, "folder", home, "other"))
    );
    out!("none {}", show(home.link_at(HERE, "none", home, "other")));
    out!(
        "count {}",
        show(home.stat_at(HERE, "file").map(|it| it.link_count))
    );
    out!("symlink {}", show(home.symlink_at("file", "link")));
    out!("again {}", show(home.symlink_at("file", "link")));
    out!("absolute {}", show(home.symlink_at("/file", "absolute")));
    out!("outside {}", show(home.symlink_at("../../file", "outside")));
    out!("unicode {}", show(home.symlink_at("🦀", "crab")));
    for name in [
        "link", "outside", "crab", "file", "folder", "none", "../link", "/link", "",
    ] {
        out!("read {name:?} {}", show(home.readlink_at(name)));
        out!(
            "stat {name:?} {}",
            show(home.stat_at(HERE, name).map(|it| it.type_))
        );
        out!(
            "follow {name:?} {}",
            show(home.stat_at(FOLLOW, name).map(|it| it.type_))
        );
    }
    out!("rename {}", show(home.rename_at("link", &folder, "link")));
    out!("over {}", show(folder.rename_at("linked", home, "file")));
    out!(
        "folder over a file {}",
        show(home.rename_at("folder", home, "file"))
    );
    out!(
        "file over a folder {}",
        show(home.rename_at("file", home, "folder"))
    );
    out!("none {}", show(home.rename_at("none", home, "file")));
    out!("outside {}", show(home.rename_at("file", home, "../file")));
    out!("make {}", show(home.create_directory_at("folder")));
    out!("make {}", show(home.create_directory_at("folder/inner")));
    out!("make {}", show(home.create_directory_at("none/inner")));
    out!("make {}", show(home.create_directory_at("../outside")));
    out!("make {}", show(home.create_directory_at("")));
    out!("remove {}", show(home.remove_directory_at("folder")));
    out!("remove {}", show(home.remove_directory_at("file")));
    out!("remove {}", show(home.remove_directory_at("none")));
    out!("remove {}", show(folder.remove_directory_at("inner")));
    out!("remove {}", show(folder.remove_directory_at(".")));
    out!("unlink {}", show(home.unlink_file_at("folder")));
    out!("unlink {}", show(home.unlink_file_at("folder/link")));
    out!("unlink {}", show(home.unlink_file_at("none")));
    out!("unlink {}", show(home.unlink_file_at("../outside")));
    out!("unlink {}", show(home.unlink_file_at("/file")));
    // A descriptor of a file that has no name any more.
    let file = open_existing(home, "file", BOTH);
    out!("unlink {}", show(home.unlink_file_at("file")));
    out!("write {}", show(file.write(b"still", 0)));
    out!("read {}", show(file.read(5, 0)));
    out!(
        "stat {}",
        show(file.stat().map(|it| (it.link_count, it.size)))
    );
    out!("remove {}", show(folder.unlink_file_at("linked")));
    out!("remove {}", show(home.remove_directory_at("folder")));
    out!("in it {}", show(folder.create_directory_at("inner")));
    out!(
        "in it {}",
        show(folder.open_at(HERE, "new", CREATE, WRITE).map(drop))
    );
}

fn identity(home: &Descriptor) {
    let file = filled(home, "file", 10);
    let again = open_existing(home, "file", READ);
    let other = filled(home, "other", 10);
    home.link_at(HERE, "file", home, "linked").expect("linking");
    home.symlink_at("file", "link").expect("linking");
    let linked = open_existing(home, "linked", READ);
    out!("itself {}", file.is_same_object(&file));
    out!("again {}", file.is_same_object(&again));
    out!("linked {}", linked.is_same_object(&again));
    out!("other {}", file.is_same_object(&other));
    out!("folder {}", file.is_same_object(home));
    out!("folder {}", home.is_same_object(home));
    let hash = |it: &Descriptor| {
        let hash = it.metadata_hash().expect("hashing");
        (hash.lower, hash.upper)
    };
    let hash_at = |flags, name| {
        let hash = home.metadata_hash_at(flags, name);
        hash.map(|hash| (hash.lower, hash.upper))
    };
    out!("again {}", hash(&file) == hash(&again));
    out!("linked {}", hash(&file) == hash(&linked));
    out!("other {}", hash(&file) == hash(&other));
    out!("folder {}", hash(&file) == hash(home));
    out!("by name {}", hash_at(HERE, "file") == Ok(hash(&file)));
    out!("by the link {}", hash_at(FOLLOW, "link") == Ok(hash(&file)));
    out!("the link {}", hash_at(HERE, "link") == Ok(hash(&file)));
    out!("none {}", show(hash_at(HERE, "none")));
    out!("outside {}", show(hash_at(HERE, "../file")));
}

/// Returns the entries that are left, sorted: every file system has its own order.
fn entries(stream: &DirectoryEntryStream) -> Vec<(String, DescriptorType)> {
    let mut entries = Vec::new();
    while let Some(entry) = stream.read_directory_entry().expect("reading an entry") {
        entries.push((entry.name, entry.type_));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries
}

fn directory(home: &Descriptor) {
    let list = || home.read_directory().expect("reading a folder");
    out!("empty {:?}", entries(&list()));
    home.create_directory_at("folder").expect("making a folder");
    home.symlink_at("nowhere", "link").expect("making a link");
    for i in 0..20 {
        drop(open(home, &format!("file {i}"), WRITE));
    }
    out!("{:?}", entries(&list()));
    let (one, other) = (list(), list());
    let mut seen = 0;
    while let Ok(Some(entry)) = one.read_directory_entry() {
        seen += 1;
        if entry.type_ == DescriptorType::RegularFile {
            home.unlink_file_at(&entry.name).expect("removing");
        }
        // The other is elsewhere.
        if seen % 2 == 0 {
            let entry = other.read_directory_entry().expect("reading an entry");
            assert!(entry.is_some());
        }
    }
    out!(
        "seen {seen}, end {}",
        show(one.read_directory_entry().map(|it| it.is_none()))
    );
    out!("{:?}", entries(&list()));
    let folder = home
        .open_at(HERE, "folder", OpenFlags::DIRECTORY, READ)
        .expect("opening a folder");
    home.remove_directory_at("folder").expect("removing");
    out!(
        "removed {:?}",
        folder.read_directory().map(|it| entries(&it)).ok()
    );
    // Dropped in the middle.
    let stream = list();
    let _ = stream.read_directory_entry();
}

fn directory_large(home: &Descriptor) {
    for i in 0..3000 {
        drop(open(home, &format!("{i:04}"), WRITE));
    }
    let stream = home.read_directory().expect("reading a folder");
    let mut names = String::new();
    let mut count = 0;
    for (name, _) in entries(&stream) {
        names += &name;
        count += 1;
        home.unlink_file_at(&name).expect("removing");
    }
    out!("{count} {}", summary(names.as_bytes()));
}

/// For a folder of any size, which is not changed.
fn directory_listing(home: &Descriptor) {
    let stream = home.read_directory().expect("reading a folder");
    let mut names = String::new();
    let mut count = 0;
    for (name, _) in entries(&stream) {
        names += &name;
        count += 1;
    }
    out!("{count} {}", summary(names.as_bytes()));
}

/// One of the entries has no name in UTF-8. The number of entries before it depends on the file
/// system.
fn directory_broken(home: &Descriptor) {
    let stream = home.read_directory().expect("reading a folder");
    let end = loop {
        match stream.read_directory_entry() {
            Ok(Some(entry)) => assert!(["one", "two"].contains(&entry.name.as_str())),
            Ok(None) => break "no error",
            Err(code) => break code.name(),
        }
    };
    out!("{end}");
}

fn wrong_kinds(home: &Descriptor) {
    let file = filled(home, "file", 10);
    out!("read a folder {}", show(home.read(10, 0)));
    out!("write a folder {}", show(home.write(b"x", 0)));
    out!("read nothing {}", show(home.read(0, 0)));
    out!("write nothing {}", show(home.write(b"", 0)));
    out!("input {}", show(home.read_via_stream(0).map(drop)));
    out!("output {}", show(home.write_via_stream(0).map(drop)));
    out!("append {}", show(home.append_via_stream().map(drop)));
    out!("size {}", show(home.set_size(0)));
    out!("list a file {}", show(file.read_directory().map(drop)));
    out!("stat in a file {}", show(file.stat_at(HERE, "x").map(drop)));
    out!(
        "open in a file {}",
        show(file.open_at(HERE, "x", NO_FLAGS, READ).map(drop))
    );
    out!("make in a file {}", show(file.create_directory_at("x")));
    out!(
        "link in a file {}",
        show(file.link_at(HERE, "x", home, "y"))
    );
    out!(
        "link to a file {}",
        show(home.link_at(HERE, "file", &file, "y"))
    );
    out!("rename in a file {}", show(file.rename_at("x", home, "y")));
    out!(
        "rename to a file {}",
        show(home.rename_at("file", &file, "y"))
    );
    out!("symlink in a file {}", show(file.symlink_at("x", "y")));
    out!("readlink in a file {}", show(file.readlink_at("x")));
    out!("unlink in a file {}", show(file.unlink_file_at("x")));
    out!("remove in a file {}", show(file.remove_directory_at("x")));
    out!(
        "hash in a file {}",
        show(file.metadata_hash_at(HERE, "x").map(drop))
    );
    let keep = NewTimestamp::NoChange;
    out!(
        "times in a file {}",
        show(file.set_times_at(HERE, "x", keep, keep))
    );
    out!(
        "below a file {}",
        show(home.stat_at(HERE, "file/x").map(drop))
    );
}

/// The folder is `/dev`.
fn errors(devices: &Descriptor) {
    let full = open_existing(devices, "full", BOTH);
    out!("write {}", show(full.write(b"no room", 0)));
    let stream = full.write_via_stream(0).expect("opening a stream");
    out!(
        "stream {}",
        show_stream(stream.blocking_write_and_flush(b"no room"))
    );
    out!(
        "stream {}",
        show_stream(stream.blocking_write_and_flush(b"no room"))
    );
    out!("permit {}", show_stream(stream.check_write()));
    let stream = full.append_via_stream().expect("opening a stream");
    out!("write {}", show_stream(stream.write(b"no room")));
    stream.subscribe().block();
    out!("permit {}", show_stream(stream.check_write()));
    out!("permit {}", show_stream(stream.check_write()));
    out!("write {}", show_stream(stream.write(b"no room")));
    let stream = full.write_via_stream(0).expect("opening a stream");
    out!("write {}", show_stream(stream.write(b"no room")));
    out!("flush {}", show_stream(stream.blocking_flush()));
    out!("flush {}", show_stream(stream.blocking_flush()));
    let stream = full.read_via_stream(0).expect("opening a stream");
    out!("read {}", show_stream(stream.blocking_read(3)));
    let null = open_existing(devices, "null", BOTH);
    out!("type {}", show(null.get_type()));
    out!("read {}", show(null.read(3, 0)));
    out!("write {}", show(null.write(b"gone", 0)));
    out!("list {}", show(null.read_directory().map(drop)));
}

/// The host limits files to 64 MiB.
fn limited(home: &Descriptor) {
    const LIMIT: u64 = 64 << 20;
    let file = open(home, "file", BOTH);
    out!("up to it {}", show(file.write(&[1; 100], LIMIT - 100)));
    out!("beyond {}", show(file.write(&[1; 100], LIMIT)));
    out!("again {}", show(file.write(&[1; 100], LIMIT - 200)));
    out!("over it {}", show(file.write(&[1; 150], LIMIT - 100)));
    out!("beyond {}", show(file.write(&[1; 50], LIMIT)));
    out!("partly {}", show(file.write(&[2; 100], LIMIT - 40)));
    let stream = file.write_via_stream(LIMIT - 10).expect("opening a stream");
    out!(
        "stream {}",
        show_stream(stream.blocking_write_and_flush(&[3; 10]))
    );
    out!(
        "stream {}",
        show_stream(stream.blocking_write_and_flush(&[3; 10]))
    );
    out!(
        "stream {}",
        show_stream(stream.blocking_write_and_flush(&[3; 10]))
    );
    let stream = file.append_via_stream().expect("opening a stream");
    out!(
        "append {}",
        show_stream(stream.blocking_write_and_flush(&[3; 10]))
    );
    out!("grow {}", show(file.set_size(LIMIT + 1)));
    out!("end {}", show(file.read(100, LIMIT - 50)));
    out!("size {}", show(file.stat().map(|it| it.size)));
}

/// The folder is read-only.
fn read_only(home: &Descriptor) {
    out!(
        "write {}",
        show(home.open_at(HERE, "file", NO_FLAGS, WRITE).map(drop))
    );
    out!(
        "create {}",
        show(home.open_at(HERE, "new", CREATE, READ).map(drop))
    );
    out!(
        "truncate {}",
        show(
            home.open_at(HERE, "file", OpenFlags::TRUNCATE, READ)
                .map(drop)
        )
    );
    out!("flags {}", show(home.get_flags()));
    let file = open_existing(home, "file", READ);
    out!("flags {}", show(file.get_flags()));
    out!("read {}", show(file.read(100, 0)));
    out!("write {}", show(file.write(b"x", 0)));
    out!("write nothing {}", show(file.write(b"", 0)));
    out!("output {}", show(file.write_via_stream(0).map(drop)));
    out!("append {}", show(file.append_via_stream().map(drop)));
    out!("size {}", show(file.set_size(0)));
    let now = NewTimestamp::Now;
    out!("times {}", show(file.set_times(now, now)));
    out!("times {}", show(home.set_times_at(HERE, "file", now, now)));
    out!("make {}", show(home.create_directory_at("folder")));
    out!("rename {}", show(home.rename_at("file", home, "other")));
    out!("link {}", show(home.link_at(HERE, "file", home, "other")));
    out!("symlink {}", show(home.symlink_at("file", "other")));
    out!("unlink {}", show(home.unlink_file_at("file")));
    out!("remove {}", show(home.remove_directory_at("folder")));
    out!("sync {}", show(file.sync()));
    out!(
        "stat {}",
        show(home.stat_at(HERE, "file").map(|it| it.size))
    );
    let stream = home.read_directory().expect("reading a folder");
    out!("{:?}", entries(&stream));
}

/// Opened and dropped, again and again, with streams in every state.
fn handles(home: &Descriptor) {
    drop(filled(home, "file", 20_000));
    for i in 0..2000 {
        let file = open_existing(home, "file", BOTH);
        let input = file.read_via_stream(i).expect("opening a stream");
        let output = file.write_via_stream(0).expect("opening a stream");
        let entries = home.read_directory().expect("reading a folder");
        match i % 5 {
            0 => drop(input.read(10)),
            1 => drop(input.blocking_read(10)),
            2 => drop(entries.read_directory_entry()),
            3 => drop(file.read(10, i)),
            _ => output
                .blocking_write_and_flush(&[i as u8])
                .expect("writing"),
        }
    }
    out!("{}", show(home.stat_at(HERE, "file").map(|it| it.size)));
}
