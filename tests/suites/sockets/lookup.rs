//! Name lookup.

use crate::place::{Place, Program, printed};

/// Who the machine says that it is.
#[test]
fn localhost() {
    for place in Place::all(Program::Lookup) {
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
