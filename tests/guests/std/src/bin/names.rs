//! Names: folders, links, moves, and paths that must not be reached.

use std::fs::{self, File, OpenOptions};
use std::io::Result;
use std::path::Path;
use std_guests::{at, dispatch, hash, show};

fn main() -> Result<()> {
    dispatch(&[
        ("walk", walk),
        ("many", many),
        ("renames", renames),
        ("links", links),
        ("removals", removals),
        ("folders", folders),
        ("escapes", escapes),
        ("loops", loops),
        ("missing", missing),
        ("read-only", read_only),
        ("two-folders", two_folders),
        ("odd-names", odd_names),
        ("broken-name", broken_name),
    ])
}

/// Returns the paths below `folder`, sorted: every file system has its own order.
fn paths(folder: &Path, list: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let metadata = entry.metadata()?;
        // The size of a folder is the file system's own.
        let len = if kind.is_dir() { 0 } else { metadata.len() };
        let path = entry.path();
        list.push(format!(
            "{} {} {} {} {len}",
            path.display(),
            kind.is_dir(),
            kind.is_file(),
            kind.is_symlink()
        ));
        if kind.is_dir() {
            paths(&path, list)?;
        }
    }
    list.sort();
    Ok(())
}

fn walk() -> Result<()> {
    fs::create_dir_all(at("a/b/c"))?;
    for path in ["a/1", "a/b/2", "a/b/c/3", "a/b/c/4", "5"] {
        fs::write(at(path), path)?;
    }
    let mut list = Vec::new();
    paths(Path::new("/home"), &mut list)?;
    for line in list {
        println!("{line}");
    }
    show("canonical", fs::canonicalize(at("a/../a/b")));
    show("exists", fs::exists(at("a/b")));
    show("exists", fs::exists(at("a/none")));
    Ok(())
}

fn many() -> Result<()> {
    fs::create_dir(at("many"))?;
    for i in 0..2_000 {
        File::create_new(at(&format!("many/{i:05}")))?;
    }
    let mut list = Vec::new();
    paths(Path::new("/home/many"), &mut list)?;
    println!("{} {:016x}", list.len(), hash(list.join("\n").as_bytes()));
    // While the folder is being read, every third file goes.
    let mut seen = 0;
    for (i, entry) in fs::read_dir(at("many"))?.enumerate() {
        let path = entry?.path();
        seen += 1;
        if i % 3 == 0 {
            fs::remove_file(path)?;
        }
    }
    println!("{seen} {}", fs::read_dir(at("many"))?.count());
    show("remove all", fs::remove_dir_all(at("many")));
    Ok(())
}

fn renames() -> Result<()> {
    fs::write(at("one"), "1")?;
    fs::write(at("two"), "2")?;
    fs::create_dir(at("folder"))?;
    fs::create_dir_all(at("full/inner"))?;
    let rename =
        |from: &str, to: &str| show(&format!("{from} to {to}"), fs::rename(at(from), at(to)));
    rename("one", "moved");
    rename("one", "moved");
    rename("moved", "two");
    show("two", fs::read_to_string(at("two")));
    rename("two", "folder");
    rename("folder", "two");
    rename("folder", "full");
    rename("full", "folder");
    rename("folder", "folder/inner/itself");
    rename("two", "folder/inner/two");
    rename("folder/inner/two", "none/two");
    rename("folder/inner/two", "folder/inner/two");
    rename("folder/inner/two", "folder/inner/two/");
    rename("folder/inner", "folder/inner/../inner2");
    // A handle goes on with its file.
    let mut file = File::open(at("folder/inner2/two"))?;
    rename("folder/inner2/two", "two");
    show("moved under the handle", std::io::read_to_string(&mut file));
    Ok(())
}

fn links() -> Result<()> {
    fs::write(at("file"), "content")?;
    fs::create_dir(at("folder"))?;
    let link =
        |from: &str, to: &str| show(&format!("{from} as {to}"), fs::hard_link(at(from), at(to)));
    link("file", "hard");
    link("file", "hard");
    link("none", "other");
    link("folder", "other");
    link("file", "none/other");
    link("symbolic", "other");
    #[expect(
        deprecated,
        reason = "there is no other function that all platforms have"
    )]
    let symlink = |to: &str, name: &str| {
        show(&format!("{name} -> {to}"), fs::soft_link(to, at(name)));
    };
    symlink("file", "symbolic");
    symlink("file", "symbolic");
    symlink("nowhere", "dangling");
    symlink("folder", "to-folder");
    symlink("../outside", "out");
    symlink("/absolute", "absolute");
    symlink("", "empty");
    for name in [
        "symbolic",
        "dangling",
        "to-folder",
        "out",
        "file",
        "folder",
        "none",
    ] {
        show(&format!("where {name} leads"), fs::read_link(at(name)));
        show(
            &format!("{name} itself"),
            fs::symlink_metadata(at(name)).map(|it| it.file_type().is_symlink()),
        );
        show(
            &format!("{name} followed"),
            fs::metadata(at(name)).map(|it| it.is_dir()),
        );
        show(&format!("{name} read"), fs::read_to_string(at(name)));
    }
    fs::write(at("symbolic"), "through the link")?;
    show("hard", fs::read_to_string(at("hard")));
    fs::write(at("dangling"), "made by it")?;
    show("nowhere", fs::read_to_string(at("nowhere")));
    fs::write(at("to-folder/inner"), "inner")?;
    show("inner", fs::read_to_string(at("folder/inner")));
    show("remove the link", fs::remove_file(at("to-folder")));
    show("inner", fs::read_to_string(at("folder/inner")));
    Ok(())
}

fn removals() -> Result<()> {
    fs::write(at("file"), "content")?;
    fs::create_dir_all(at("folder/inner"))?;
    show("a folder as a file", fs::remove_file(at("folder")));
    show("a file as a folder", fs::remove_dir(at("file")));
    show("a full folder", fs::remove_dir(at("folder")));
    show("an empty folder", fs::remove_dir(at("folder/inner")));
    show("none", fs::remove_dir(at("folder/inner")));
    show("a file", fs::remove_file(at("file")));
    show("none", fs::remove_file(at("file")));
    show("all", fs::remove_dir_all(at("folder")));
    show("all of none", fs::remove_dir_all(at("folder")));
    show("home", fs::remove_dir("/home"));
    show("root", fs::remove_dir("/"));
    Ok(())
}

fn folders() -> Result<()> {
    show("make", fs::create_dir(at("folder")));
    show("again", fs::create_dir(at("folder")));
    show("in none", fs::create_dir(at("none/folder")));
    fs::write(at("file"), "content")?;
    show("over a file", fs::create_dir(at("file")));
    show("in a file", fs::create_dir(at("file/folder")));
    show("file in a file", File::create(at("file/file")).map(drop));
    show("all", fs::create_dir_all(at("x/y/z")));
    show("all again", fs::create_dir_all(at("x/y/z")));
    show("read a file", fs::read_dir(at("file")).map(drop));
    show("read none", fs::read_dir(at("none")).map(drop));
    show("empty", fs::read_dir(at("folder")).map(|it| it.count()));
    show("slash", fs::metadata(at("folder/")).map(|it| it.is_dir()));
    show(
        "file and slash",
        fs::metadata(at("file/")).map(|it| it.is_dir()),
    );
    show("new file and slash", File::create(at("new/")).map(drop));
    show("dot", fs::metadata(at("folder/.")).map(|it| it.is_dir()));
    Ok(())
}

/// The case has links that lead out of the folder.
fn escapes() -> Result<()> {
    for path in [
        "/home/../outside",
        "/home/../../etc/passwd",
        "/etc/passwd",
        "/home/out",
        "/home/out/passwd",
        "/home/absolute",
        "/home/folder/up",
        "/home/folder/up/inside",
        "/home/folder/too-far/etc/passwd",
        "inside",
        "home/inside",
        "",
    ] {
        show(&format!("read {path:?}"), fs::read_to_string(path));
        show(
            &format!("stat {path:?}"),
            fs::metadata(path).map(|it| it.is_dir()),
        );
        show(&format!("link {path:?}"), fs::read_link(path).map(drop));
    }
    show("write", fs::write("/home/../outside", "no"));
    show("write by a link", fs::write(at("absolute"), "no"));
    show("make", fs::create_dir("/home/out/folder"));
    show("rename", fs::rename(at("inside"), "/home/../outside"));
    show("link", fs::hard_link(at("inside"), "/home/../outside"));
    show("remove", fs::remove_file("/home/out/passwd"));
    show("inside", fs::read_to_string(at("inside")));
    Ok(())
}

/// The case has links that lead in a circle.
fn loops() -> Result<()> {
    for path in ["self", "a", "b", "a/file", "chain"] {
        show(&format!("read {path}"), fs::read_to_string(at(path)));
        show(
            &format!("stat {path}"),
            fs::metadata(at(path)).map(|it| it.len()),
        );
        show(
            &format!("itself {path}"),
            fs::symlink_metadata(at(path)).map(|it| it.len()),
        );
        show(&format!("folder {path}"), fs::read_dir(at(path)).map(drop));
        show(&format!("write {path}"), fs::write(at(path), "written"));
    }
    show("target", fs::read_to_string(at("target")));
    Ok(())
}

fn missing() -> Result<()> {
    show("read", fs::read(at("none")));
    show("open", File::open(at("none")).map(drop));
    show(
        "write",
        OpenOptions::new().write(true).open(at("none")).map(drop),
    );
    show("in none", File::create(at("none/file")).map(drop));
    show("no folder", fs::read_to_string("/nowhere/at/all"));
    show("stat", fs::metadata(at("none")).map(drop));
    show("copy", fs::copy(at("none"), at("other")));
    show("nul", fs::read(at("a\0b")));
    let long = "n".repeat(300);
    show("long", File::create(at(&long)).map(drop));
    show("very long", fs::metadata(at(&"d/".repeat(3000))).map(drop));
    Ok(())
}

/// The folder is read-only.
fn read_only() -> Result<()> {
    show("read", fs::read_to_string(at("file")));
    show("list", fs::read_dir(at("")).map(|it| it.count()));
    show("write", fs::write(at("file"), "no"));
    show(
        "append",
        OpenOptions::new().append(true).open(at("file")).map(drop),
    );
    show("create", File::create(at("new")).map(drop));
    show(
        "truncate",
        OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(at("file"))
            .map(drop),
    );
    let file = File::open(at("file"))?;
    show("set size", file.set_len(1));
    show(
        "set time",
        file.set_modified(std::time::SystemTime::UNIX_EPOCH),
    );
    show("sync", file.sync_all());
    show("folder", fs::create_dir(at("folder")));
    show("rename", fs::rename(at("file"), at("other")));
    show("link", fs::hard_link(at("file"), at("other")));
    #[expect(
        deprecated,
        reason = "there is no other function that all platforms have"
    )]
    let linked = fs::soft_link("file", at("other"));
    show("symlink", linked);
    show("remove", fs::remove_file(at("file")));
    show("remove folder", fs::remove_dir(at("full")));
    show("permissions", Ok(file.metadata()?.permissions().readonly()));
    Ok(())
}

/// Two folders, one of them read-only.
fn two_folders() -> Result<()> {
    show("there", fs::read_to_string("/other/there"));
    show("copy", fs::copy("/other/there", at("copied")));
    show("rename out", fs::rename(at("copied"), "/other/copied"));
    show("rename in", fs::rename("/other/there", at("moved")));
    show("link in", fs::hard_link("/other/there", at("linked")));
    fs::create_dir(at("folder"))?;
    // Longer names take precedence over shorter ones.
    show("nested", fs::read_to_string("/home/nested/deep"));
    show(
        "rename between",
        fs::rename(at("copied"), "/home/nested/copied"),
    );
    show(
        "link between",
        fs::hard_link("/home/nested/copied", at("linked")),
    );
    show("copied", fs::read_to_string(at("linked")));
    Ok(())
}

fn odd_names() -> Result<()> {
    for name in [
        "with space",
        "ünïcödé",
        "日本語",
        "🦀",
        "-dash",
        "new\nline",
        "..dots",
        "...",
    ] {
        fs::write(at(name), name)?;
        show(name, fs::read_to_string(at(name)));
    }
    let mut list = Vec::new();
    paths(Path::new("/home"), &mut list)?;
    println!("{list:?}");
    Ok(())
}

/// The case has a file whose name is no text.
fn broken_name() -> Result<()> {
    let list = || -> Result<Vec<_>> { fs::read_dir(at(""))?.collect() };
    show("list", list().map(drop));
    Ok(())
}
