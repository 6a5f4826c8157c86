//! What differs from WASI 0.2's own hosts, and the functions that it touches.
//!
//! These are rows of a table in `adapter/README.md`, which gives the reasons.

use std::fmt;
use wasi_uplift::{ImportFate, Report, Reported, Variant};

/// A known difference from WASI 0.2's own hosts.
pub struct Difference {
    /// The function or the circumstance, as in the first column of the table.
    pub subject: &'static str,
    /// What the guest gets: the second column.
    pub instead: &'static str,
    /// The only shape in which it is met, if there are two.
    shape: Option<Variant>,
    /// An interface, and its functions that are touched.
    touched: &'static [(&'static str, &'static [&'static str])],
}

/// Stands for all functions of an interface.
const ALL: &[&str] = &[];

const DIFFERENCES: &[Difference] = &[
    Difference {
        subject: "`wasi:clocks/timezone`",
        instead: "UTC",
        shape: None,
        touched: &[("wasi:clocks/timezone", ALL)],
    },
    Difference {
        subject: "a wall clock before 1970",
        instead: "1970",
        shape: None,
        touched: &[("wasi:clocks/wall-clock", &["now"])],
    },
    Difference {
        subject: "a file's times before 1970",
        instead: "no time",
        shape: None,
        touched: &[(
            "wasi:filesystem/types",
            &["[method]descriptor.stat", "[method]descriptor.stat-at"],
        )],
    },
    Difference {
        subject: "a file that others change while the guest reads it",
        instead: "what the host has read ahead, until the guest gets anything by which it could know \
                  of the change: bytes, their end or that there are none yet, a connection, a \
                  datagram, a timer. Clocks that it only reads, and what it computes meanwhile, don't \
                  count",
        shape: None,
        touched: &[(
            "wasi:filesystem/types",
            &[
                "[method]descriptor.read",
                "[method]descriptor.read-via-stream",
            ],
        )],
    },
    Difference {
        subject: "`terminal-input`, `terminal-output`",
        instead: "those of WASI 0.3",
        shape: None,
        touched: &[
            ("wasi:cli/terminal-stdin", ALL),
            ("wasi:cli/terminal-stdout", ALL),
            ("wasi:cli/terminal-stderr", ALL),
        ],
    },
    Difference {
        subject: "a write of no bytes through a file's stream, at a position from 2⁶³ or to a file \
                  that was opened to be read",
        instead: "no error",
        shape: None,
        touched: &[(
            "wasi:filesystem/types",
            &["[method]descriptor.write-via-stream"],
        )],
    },
    Difference {
        subject: "a write to a file that fails, where the host takes bytes before it writes them",
        instead: "no error from that write: the next call of the same stream tells, or the next \
                  write or sync of the same descriptor. Wasmtime's hosts write first",
        shape: None,
        touched: &[(
            "wasi:filesystem/types",
            &[
                "[method]descriptor.write",
                "[method]descriptor.write-via-stream",
                "[method]descriptor.append-via-stream",
            ],
        )],
    },
    Difference {
        subject: "`blocking-read` and `blocking-skip` of no bytes, of a file's stream",
        instead: "no bytes, where Wasmtime's WASI 0.2 says `closed`, also from then on",
        shape: None,
        touched: &[(
            "wasi:filesystem/types",
            &["[method]descriptor.read-via-stream"],
        )],
    },
    Difference {
        subject: "tcp `no-delay`, `set-no-delay` (early November 2023)",
        instead: "`not-supported`",
        shape: None,
        touched: &[(
            "wasi:sockets/tcp",
            &[
                "[method]tcp-socket.no-delay",
                "[method]tcp-socket.set-no-delay",
            ],
        )],
    },
    Difference {
        subject: "`ipv6-only` (2023)",
        instead: "`true` on IPv6 sockets; `set-ipv6-only(false)` is `not-supported`",
        shape: None,
        touched: &[
            (
                "wasi:sockets/tcp",
                &[
                    "[method]tcp-socket.ipv6-only",
                    "[method]tcp-socket.set-ipv6-only",
                ],
            ),
            (
                "wasi:sockets/udp",
                &[
                    "[method]udp-socket.ipv6-only",
                    "[method]udp-socket.set-ipv6-only",
                ],
            ),
        ],
    },
    Difference {
        subject: "`include-unavailable` (early November 2023)",
        instead: "no effect",
        shape: Some(Variant::Draft),
        touched: &[("wasi:sockets/ip-name-lookup", &["resolve-addresses"])],
    },
    Difference {
        subject: "`network` handles",
        instead: "one network, so that `already-attached` can't happen",
        shape: Some(Variant::Draft),
        touched: &[
            ("wasi:sockets/tcp", &["[method]tcp-socket.start-bind"]),
            ("wasi:sockets/udp", &["[method]udp-socket.start-bind"]),
        ],
    },
    Difference {
        subject: "the entries of a folder that follow one with an error",
        instead: "the folder ends with the error",
        shape: None,
        touched: &[(
            "wasi:filesystem/types",
            &["[method]descriptor.read-directory"],
        )],
    },
    Difference {
        subject: "the authority of a request, where the host has none, as with `wasmtime serve`",
        instead: "that of a `host` header, if the host lets it through; else `localhost`",
        shape: None,
        touched: &[("wasi:http/types", &["[method]incoming-request.authority"])],
    },
    Difference {
        subject: "the scheme of a request, where the host has none",
        instead: "`HTTP`",
        shape: None,
        touched: &[("wasi:http/types", &["[method]incoming-request.scheme"])],
    },
    Difference {
        subject: "a status beyond 599",
        instead: "`set-status-code` fails",
        shape: None,
        touched: &[(
            "wasi:http/types",
            &["[method]outgoing-response.set-status-code"],
        )],
    },
    Difference {
        subject: "an authority that is none",
        instead: "`HTTP-request-URI-invalid`, where WASI 0.2's host says `HTTP-protocol-error`",
        shape: None,
        touched: &[("wasi:http/outgoing-handler", ALL)],
    },
    Difference {
        subject: "a request that could have a body and hasn't",
        instead: "`content-length: 0`",
        shape: None,
        touched: &[("wasi:http/types", &["[constructor]outgoing-request"])],
    },
    Difference {
        subject: "the room in a body that is read slowly",
        instead: "1 MiB as long as less than 64 KiB are on their way, where WASI 0.2's host counts \
                  two writes",
        shape: None,
        touched: &[("wasi:http/types", &["[method]outgoing-body.write"])],
    },
    Difference {
        subject: "`send-informational`",
        instead: "a guest that imports it is refused",
        shape: None,
        touched: &[(
            "wasi:http/types",
            &["[method]response-outparam.send-informational"],
        )],
    },
    Difference {
        subject: "an output stream that has failed, and one that is closed",
        instead: "`closed` from each of its functions from then on",
        shape: None,
        touched: &[(
            "wasi:io/streams",
            &[
                "[method]output-stream.check-write",
                "[method]output-stream.write",
                "[method]output-stream.flush",
            ],
        )],
    },
    Difference {
        subject: "a write of more than `check-write` permits",
        instead: "a trap",
        shape: None,
        touched: &[("wasi:io/streams", &["[method]output-stream.write"])],
    },
    Difference {
        subject: "a name that is an IPv6 address which stands for an IPv4 one",
        instead: "the IPv4 address",
        shape: None,
        touched: &[("wasi:sockets/ip-name-lookup", ALL)],
    },
    Difference {
        subject: "datagrams that are sent right before a trap",
        instead: "some may not go out",
        shape: None,
        touched: &[(
            "wasi:sockets/udp",
            &["[method]outgoing-datagram-stream.send"],
        )],
    },
    Difference {
        subject: "readiness of a stream without reading",
        instead: "the adapter reads up to 64 KiB ahead, once the guest asks, and up to 256 bytes of \
                  each stream while it waits for more than 16 of them; of files only what the guest \
                  asks for",
        shape: None,
        touched: &[("wasi:io/streams", &["[method]input-stream.subscribe"])],
    },
    Difference {
        subject: "the order in which a guest drops streams and sockets, and the pollables and \
                  streams that it got from them",
        instead: "any order",
        shape: None,
        touched: &[
            (
                "wasi:io/streams",
                &[
                    "[method]input-stream.subscribe",
                    "[method]output-stream.subscribe",
                ],
            ),
            ("wasi:sockets/tcp", &["[method]tcp-socket.subscribe"]),
            (
                "wasi:sockets/udp",
                &[
                    "[method]udp-socket.subscribe",
                    "[method]incoming-datagram-stream.subscribe",
                    "[method]outgoing-datagram-stream.subscribe",
                ],
            ),
        ],
    },
    Difference {
        subject: "a listener or a connection that is dropped after the guest has asked for its \
                  readiness",
        instead: "closed at once where guest and adapter are one component; where they are two, or \
                  in an export that isn't `async`-typed, when the guest next calls something that \
                  may wait, from where it may, or when what is going on has ended by itself",
        shape: None,
        touched: &[("wasi:sockets/tcp", &["[method]tcp-socket.subscribe"])],
    },
];

/// The differences that touch a guest: it imports one of the functions.
pub fn of(report: &Report) -> impl Iterator<Item = &'static Difference> {
    DIFFERENCES.iter().filter(|difference| {
        let mut imports = report.imports.iter();
        imports.any(|import| difference.touches(import))
    })
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.instead)
    }
}

impl Difference {
    fn touches(&self, import: &Reported<ImportFate>) -> bool {
        // What is refused, or is the host's, differs in nothing.
        let Ok(ImportFate::Adapter { .. }) = import.fate else {
            return false;
        };
        if self.shape.is_some() && self.shape != import.variant() {
            return false;
        }
        let Some(interface) = &import.item.interface else {
            return false;
        };
        let path = interface.path();
        let mut touched = self.touched.iter().filter(|(touched, _)| *touched == path);
        touched.any(|(_, functions)| {
            let mut imported = import.item.functions().iter();
            imported.any(|it| functions.is_empty() || functions.contains(&it.as_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::DIFFERENCES;
    use std::fs;

    /// The adapter's README has the same table, with reasons.
    #[test]
    fn the_documents_have_the_same_differences() {
        let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../adapter/README.md");
        let readme = fs::read_to_string(readme).unwrap();
        let rows = readme
            .split("## What differs from WASI 0.2's own hosts")
            .nth(1)
            .unwrap()
            .lines()
            .skip_while(|line| !line.starts_with("|---"))
            .skip(1)
            .take_while(|line| line.starts_with('|'));
        let rows: Vec<_> = rows
            .map(|row| {
                let mut cells = row.trim_matches('|').split(" | ").map(str::trim);
                (cells.next().unwrap(), cells.next().unwrap())
            })
            .collect();
        let known = DIFFERENCES.iter().map(|it| (it.subject, it.instead));
        assert_eq!(rows, known.collect::<Vec<_>>());
    }
}
