//! Name lookup.

use super::place::{self, InPlace, Program, printed};

/// The addresses of the machine itself.
#[test]
fn localhost() {
    for place in place::all(Program::Lookup) {
        let stdout = printed(&place.run(&["localhost"]));
        assert!(
            stdout.contains("\"127.0.0.1\"") || stdout.contains("\"::1\""),
            "{stdout}"
        );
        assert!(!stdout.contains("::ffff:"), "{stdout}");
        assert!(
            stdout.ends_with("localhost: then ready true, Ok(false)\n"),
            "{stdout}"
        );
    }
}
