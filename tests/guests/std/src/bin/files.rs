//! Contents of files: reading, writing, positions, sizes and times.

use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Read, Result, Seek, SeekFrom, Write, copy};
use std::time::{Duration, SystemTime};
use std_guests::fnv::{Fnv, pattern};
use std_guests::{at, dispatch, hash, show};

fn main() -> Result<()> {
    dispatch(&[
        ("append", append),
        ("handles", handles),
        ("interleaved", interleaved),
        ("positions", positions),
        ("sparse", sparse),
        ("beyond-4-gib", beyond_4_gib),
        ("sizes", sizes),
        ("times", times),
        ("old-times", old_times),
        ("copies", copies),
        ("readers", readers),
        ("buffered", buffered),
        ("whole-reads", whole_reads),
        ("growing", growing),
        ("long", long),
        ("flags", flags),
        ("full", full),
        ("limited", limited),
    ])
}

fn both(name: &str) -> Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(at(name))
}

/// Returns the present content of the file, read by another handle.
fn content(name: &str) -> String {
    String::from_utf8_lossy(&fs::read(at(name)).unwrap()).into_owned()
}

fn append() -> Result<()> {
    let open = || OpenOptions::new().append(true).create(true).open(at("log"));
    let mut first = open()?;
    let mut second = open()?;
    for i in 0..5 {
        writeln!(first, "first {i}")?;
        writeln!(second, "second {i}")?;
    }
    show("position", first.stream_position());
    show("seek", first.seek(SeekFrom::Start(0)));
    writeln!(first, "after a seek")?;
    print!("{}", content("log"));
    let mut reading = OpenOptions::new().read(true).append(true).open(at("log"))?;
    let mut start = [0; 7];
    reading.read_exact(&mut start)?;
    println!("{:?}", String::from_utf8_lossy(&start));
    writeln!(reading, "by who reads")?;
    show("position", reading.stream_position());
    print!("{}", content("log"));
    Ok(())
}

/// Many handles of one file. All others read the bytes that one has written.
fn handles() -> Result<()> {
    fs::write(at("shared"), vec![b'.'; 64])?;
    let mut files = Vec::new();
    for _ in 0..4 {
        files.push(both("shared")?);
    }
    let mut seed = 1u32;
    let mut random = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % below
    };
    let mut model = [b'.'; 64];
    for step in 0..400u32 {
        let position = random(64) as usize;
        let len = (random(12) as usize + 1).min(64 - position);
        let file = &mut files[random(4) as usize];
        // Now and then without a seek, where the last operation has left it.
        let position = if random(3) == 0 {
            file.stream_position()?.min(63) as usize
        } else {
            file.seek(SeekFrom::Start(position as u64))? as usize
        };
        let len = len.min(64 - position);
        if random(2) == 0 {
            let bytes = vec![b'a' + (step % 26) as u8; len];
            file.seek(SeekFrom::Start(position as u64))?;
            file.write_all(&bytes)?;
            model[position..][..len].copy_from_slice(&bytes);
        } else {
            let mut bytes = vec![0; len];
            file.seek(SeekFrom::Start(position as u64))?;
            file.read_exact(&mut bytes)?;
            assert_eq!(bytes, model[position..][..len], "stale at step {step}");
        }
    }
    println!("{}", String::from_utf8_lossy(&model));
    println!("{}", content("shared") == String::from_utf8_lossy(&model));
    Ok(())
}

/// One handle reads while another changes the bytes ahead of it.
fn interleaved() -> Result<()> {
    let old = vec![b'o'; 100_000];
    fs::write(at("ahead"), &old)?;
    let mut reader = File::open(at("ahead"))?;
    let mut writer = both("ahead")?;
    let mut hash = Fnv::default();
    let mut read = 0;
    let mut piece = [0; 1000];
    while read < 100_000 {
        // The bytes just ahead, which were read ahead if any were.
        writer.seek(SeekFrom::Start(read + 10))?;
        writer.write_all(b"new")?;
        reader.read_exact(&mut piece)?;
        assert_eq!(&piece[10..13], b"new", "stale at {read}");
        hash.update(&piece);
        read += piece.len() as u64;
    }
    println!("{:016x}", hash.finish());

    // Shorter, while there is more ahead.
    reader.seek(SeekFrom::Start(0))?;
    reader.read_exact(&mut piece)?;
    writer.set_len(1500)?;
    let mut rest = Vec::new();
    show("rest", reader.read_to_end(&mut rest));
    // And longer, after the end was seen.
    writer.seek(SeekFrom::End(0))?;
    writer.write_all(b"more")?;
    rest.clear();
    show("more", reader.read_to_end(&mut rest));
    // Through the very handle that reads, without a seek.
    let mut same = both("ahead")?;
    same.read_exact(&mut piece[..10])?;
    same.write_all(b"0123456789")?;
    same.read_exact(&mut piece[..10])?;
    println!("{}", String::from_utf8_lossy(&piece[..10]));
    same.rewind()?;
    same.read_exact(&mut piece[..30])?;
    println!("{}", String::from_utf8_lossy(&piece[..30]));
    // The file is gone, and its handles go on.
    fs::remove_file(at("ahead"))?;
    same.rewind()?;
    show("removed", same.read(&mut piece));
    show("removed", File::open(at("ahead")).map(drop));
    Ok(())
}

fn positions() -> Result<()> {
    let mut file = both("positions")?;
    file.write_all(b"0123456789")?;
    show("start", file.seek(SeekFrom::Start(3)));
    show("current", file.seek(SeekFrom::Current(4)));
    show("back", file.seek(SeekFrom::Current(-5)));
    show("end", file.seek(SeekFrom::End(-1)));
    show("before the start", file.seek(SeekFrom::End(-11)));
    show("before the start", file.seek(SeekFrom::Current(-100)));
    show("position", file.stream_position());
    show("beyond the end", file.seek(SeekFrom::Start(20)));
    let mut bytes = [0; 4];
    show("read there", file.read(&mut bytes));
    show("write there", file.write(b"x"));
    println!("{:?}", content("positions"));
    show("too far", file.seek(SeekFrom::Start(u64::MAX)));
    show("no bytes", file.read(&mut []));
    show("no bytes", file.write(&[]));
    Ok(())
}

fn sparse() -> Result<()> {
    let mut file = both("sparse")?;
    for i in [5u64, 3, 9, 1] {
        file.seek(SeekFrom::Start(i * 100_000))?;
        write!(file, "island {i}")?;
    }
    let len = file.metadata()?.len();
    println!("{len} {:016x}", hash(&fs::read(at("sparse"))?));
    Ok(())
}

fn beyond_4_gib() -> Result<()> {
    let far = (4 << 30) + 123;
    let mut file = both("far")?;
    file.seek(SeekFrom::Start(far))?;
    file.write_all(b"far away")?;
    file.rewind()?;
    file.write_all(b"near")?;
    show("size", file.metadata().map(|it| it.len()));
    let mut bytes = [0; 12];
    file.seek(SeekFrom::Start(far - 4))?;
    file.read_exact(&mut bytes)?;
    println!("{bytes:?}");
    file.seek(SeekFrom::Start(123))?;
    file.read_exact(&mut bytes)?;
    println!("{bytes:?}");
    show("end", file.seek(SeekFrom::End(-4)));
    file.read_exact(&mut bytes[..4])?;
    println!("{:?}", &bytes[..4]);
    show("end", file.read(&mut bytes));
    drop(file);
    let mut file = OpenOptions::new().append(true).open(at("far"))?;
    file.write_all(b"!")?;
    show("size", file.metadata().map(|it| it.len()));
    file.set_len((5 << 30) + 1)?;
    show("size", fs::metadata(at("far")).map(|it| it.len()));
    Ok(())
}

fn sizes() -> Result<()> {
    let mut file = both("sized")?;
    file.write_all(b"0123456789")?;
    file.set_len(4)?;
    show("shorter", fs::read_to_string(at("sized")));
    show("position", file.stream_position());
    file.set_len(8)?;
    show("longer", fs::read_to_string(at("sized")));
    file.write_all(b"x")?;
    show("written", fs::read_to_string(at("sized")));
    show("negative", file.set_len(u64::MAX));
    let reader = File::open(at("sized"))?;
    show("read-only", reader.set_len(1));
    show(
        "truncated",
        File::create(at("sized")).and_then(|it| Ok(it.metadata()?.len())),
    );
    show("sync", file.sync_all());
    show("sync data", file.sync_data());
    show("sync read-only", reader.sync_all());
    Ok(())
}

fn times() -> Result<()> {
    let at_seconds = |seconds, nanos| SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
    let file = both("timed")?;
    let times = FileTimes::new()
        .set_modified(at_seconds(1_000_000_000, 123_456_789))
        .set_accessed(at_seconds(500, 7));
    show("set", file.set_times(times));
    let metadata = fs::metadata(at("timed"))?;
    show("modified", metadata.modified());
    show("accessed", metadata.accessed());
    show("one only", file.set_modified(at_seconds(2_000_000_000, 0)));
    let metadata = file.metadata()?;
    show("modified", metadata.modified());
    show("accessed", metadata.accessed());
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1000);
    show("before 1970", file.set_modified(before));
    fs::create_dir(at("folder"))?;
    let folder = File::open(at("folder"))?;
    show("folder", folder.set_modified(at_seconds(1_234_567, 0)));
    Ok(())
}

/// The files were made before 1970, which WASI 0.2 has no times for.
fn old_times() -> Result<()> {
    for name in ["old", "oldest", "folder"] {
        let metadata = fs::metadata(at(name))?;
        println!("{name} {}", metadata.is_dir());
        show("modified", metadata.modified());
    }
    let new = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400);
    show("set", both("old")?.set_modified(new));
    show(
        "modified",
        fs::metadata(at("old")).and_then(|it| it.modified()),
    );
    Ok(())
}

fn copies() -> Result<()> {
    let bytes: Vec<u8> = (0..300_000).map(pattern).collect();
    fs::write(at("from"), &bytes)?;
    show("copy", fs::copy(at("from"), at("to")));
    println!("{}", fs::read(at("to"))? == bytes);
    show("copy of none", fs::copy(at("none"), at("other")));
    show("copy over", fs::copy(at("to"), at("from")));
    let mut from = File::open(at("from"))?;
    from.seek(SeekFrom::Start(299_000))?;
    show("rest", copy(&mut from, &mut File::create(at("rest"))?));
    show("folder", fs::copy("/home", at("other")));
    Ok(())
}

/// Several readers of one file, each at its own pace.
fn readers() -> Result<()> {
    let bytes: Vec<u8> = (0..200_000).map(pattern).collect();
    fs::write(at("read"), &bytes)?;
    let mut readers = Vec::new();
    for pace in [1usize, 7, 100, 4096, 8192, 10_000, 70_000] {
        readers.push((pace, File::open(at("read"))?, Vec::new()));
    }
    let mut open = true;
    while open {
        open = false;
        for (pace, file, read) in &mut readers {
            // So that the slowest ends as well.
            let pace = if read.len() > 2000 {
                (*pace).max(3000)
            } else {
                *pace
            };
            let mut piece = vec![0; pace];
            let len = file.read(&mut piece)?;
            read.extend_from_slice(&piece[..len]);
            open |= len > 0;
        }
    }
    for (pace, _, read) in readers {
        println!("{pace} {}", read == bytes);
    }
    Ok(())
}

fn buffered() -> Result<()> {
    let mut writer = BufWriter::new(File::create(at("lines"))?);
    for i in 0..300_000 {
        writeln!(writer, "line {i} of many")?;
    }
    writer.flush()?;
    let mut hash = Fnv::default();
    let mut lines = 0;
    for line in BufReader::new(File::open(at("lines"))?).lines() {
        hash.update(line?.as_bytes());
        lines += 1;
    }
    println!("{lines} {:016x}", hash.finish());
    let mut reader = BufReader::with_capacity(100, File::open(at("lines"))?);
    let mut line = String::new();
    reader.seek(SeekFrom::Start(1_000_000))?;
    reader.read_line(&mut line)?;
    line.clear();
    reader.read_line(&mut line)?;
    print!("{line}");
    reader.seek_relative(50)?;
    line.clear();
    reader.read_line(&mut line)?;
    print!("{line}");
    Ok(())
}

/// A read of a file returns as many bytes as it asks for, if the file has them: programs rely on
/// it.
fn whole_reads() -> Result<()> {
    fs::write(at("whole"), (0..150_000).map(pattern).collect::<Vec<_>>())?;
    let mut file = File::open(at("whole"))?;
    let mut bytes = vec![0; 200_000];
    for len in [100, 8192, 8191, 10_000, 65_536, 3, 20_000, 65_536] {
        println!(
            "{len} {} {}",
            file.read(&mut bytes[..len])?,
            file.stream_position()?
        );
    }
    Ok(())
}

/// A file that grows after a reader has reached its end.
fn growing() -> Result<()> {
    let mut writer = File::create(at("growing"))?;
    let mut reader = File::open(at("growing"))?;
    let mut text = String::new();
    for i in 0..10 {
        text.clear();
        let read = reader.read_to_string(&mut text)?;
        println!("{read} {text:?}");
        write!(writer, "{i}")?;
        // Larger than anything that is read ahead.
        if i == 5 {
            writer.write_all(&[b'x'; 20_000])?;
            text.clear();
            println!("{}", reader.read_to_string(&mut text)?);
        }
    }
    Ok(())
}

/// Long reads of a file that is long, and that changes in between.
fn long() -> Result<()> {
    fs::write(at("long"), (0..300_003).map(pattern).collect::<Vec<_>>())?;
    let mut bytes = vec![0; 400_000];
    for len in [4096, 10_000, 65_536, 400_000] {
        let mut file = File::open(at("long"))?;
        let (mut hash, mut sum) = (Fnv::default(), 0);
        loop {
            let read = file.read(&mut bytes[..len])?;
            if read == 0 {
                break;
            }
            hash.update(&bytes[..read]);
            sum += read;
        }
        println!("by {len}: {sum} bytes, {:016x}", hash.finish());
        show("position", file.stream_position());
    }
    let mut file = File::open(at("long"))?;
    file.read_exact(&mut bytes[..200_000])?;
    both("long")?.set_len(220_001)?;
    show("shorter", file.read_to_end(&mut Vec::new()));
    both("long")?.set_len(240_002)?;
    show("longer", file.read_to_end(&mut Vec::new()));
    file.seek(SeekFrom::Start(1))?;
    file.read_exact(&mut bytes[..210_000])?;
    both("long")?.set_len(1)?;
    show("empty", file.read(&mut bytes));
    Ok(())
}

/// Handles for reading alone, and for writing alone.
fn flags() -> Result<()> {
    fs::write(at("flags"), "flags")?;
    let mut bytes = [0; 3];
    let mut write_only = OpenOptions::new().write(true).open(at("flags"))?;
    show("read", write_only.read(&mut bytes));
    show("read nothing", write_only.read(&mut []));
    let mut read_only = File::open(at("flags"))?;
    show("write", read_only.write(b"no"));
    show("read", read_only.read(&mut bytes));
    let open = |options: &mut OpenOptions| options.open(at("flags")).map(drop);
    show("new", open(OpenOptions::new().write(true).create_new(true)));
    show("nothing", open(&mut OpenOptions::new()));
    show(
        "truncate",
        open(OpenOptions::new().read(true).truncate(true)),
    );
    show("create", open(OpenOptions::new().read(true).create(true)));
    let mut folder = File::open("/home")?;
    show("read a folder", folder.read(&mut bytes));
    show("write a folder", folder.write(b"no"));
    show(
        "folder to write",
        OpenOptions::new().write(true).open("/home").map(drop),
    );
    println!("{:?}", fs::metadata(at("flags"))?.permissions().readonly());
    let mut permissions = fs::metadata(at("flags"))?.permissions();
    permissions.set_readonly(true);
    show("read-only", fs::set_permissions(at("flags"), permissions));
    Ok(())
}

/// A device without room.
fn full() -> Result<()> {
    let mut file = OpenOptions::new().write(true).open("/dev/full")?;
    show("write", file.write(b"no room"));
    show("again", file.write(b"no room"));
    show("seek", file.rewind());
    show("write", file.write(&[0; 10_000]));
    show("nothing", file.write(&[]));
    let mut buffered = BufWriter::new(file);
    show("buffered", buffered.write_all(b"later"));
    show("flush", buffered.flush());
    // Dropping it must not write again.
    let _ = buffered.into_parts();
    let mut null = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null")?;
    show("null", null.write(b"anything"));
    show("null", null.read(&mut [0; 8]));
    let mut zero = File::open("/dev/zero")?;
    let mut bytes = [1; 20_000];
    show("zero", zero.read_exact(&mut bytes));
    println!("{}", bytes == [0; 20_000]);
    Ok(())
}

/// The host may make no file longer than 64 MiB.
fn limited() -> Result<()> {
    const LIMIT: u64 = 64 << 20;
    let mut file = both("limited")?;
    file.seek(SeekFrom::Start(LIMIT - 100_000))?;
    show("within", file.write_all(&[b'a'; 99_500]));
    let mut sum = 0;
    loop {
        match file.write(&[b'b'; 200]) {
            Ok(len) => sum += len,
            Err(error) => break show("beyond", Err::<(), _>(error)),
        }
    }
    println!("{sum} {}", file.metadata()?.len());
    show("again", file.write(b"c"));
    file.seek(SeekFrom::Start(LIMIT - 10))?;
    show("up to it", file.write(b"0123456789"));
    show("beyond", file.write(b"d"));
    file.rewind()?;
    show("within", file.write(b"e"));
    show("longer", file.set_len(LIMIT + 1));
    let mut other = both("other")?;
    other.seek(SeekFrom::Start(LIMIT - 10_000))?;
    show("large", other.write_all(&[b'f'; 30_000]));
    show("size", fs::metadata(at("other")).map(|it| it.len()));
    Ok(())
}
