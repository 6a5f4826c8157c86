//! The other side of an HTTP connection, byte by byte: no library hides anything of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use wasi_uplift_tests::{Fnv, TIME_LIMIT};

/// A message as it came.
#[derive(Debug, Default, PartialEq)]
pub struct Message {
    /// The first line.
    pub start: String,
    /// The fields, sorted, without the date and the framing of the body.
    pub headers: Vec<String>,
    /// The framing of the body: its length, `chunked`, or `none`.
    pub framing: String,
    /// The length of the body, and its hash.
    pub body: (usize, u64),
    /// The body, if it is short.
    pub text: String,
    pub trailers: Vec<String>,
    /// `true` if the message ended as its framing says.
    pub whole: bool,
}

/// Reads a line without its end. Returns `None` where the connection ends.
fn line(from: &mut impl BufRead) -> Option<String> {
    let mut line = Vec::new();
    let len = from.read_until(b'\n', &mut line).ok()?;
    if len == 0 || !line.ends_with(b"\r\n") {
        return None;
    }
    Some(line[..len - 2].escape_ascii().to_string())
}

fn lines(from: &mut impl BufRead) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        match line(from)? {
            end if end.is_empty() => return Some(lines),
            line => lines.push(line),
        }
    }
}

/// The length up to which a body is kept as text.
const SHORT: usize = 1 << 20;

struct Body<'a> {
    message: &'a mut Message,
    hash: Fnv,
    bytes: Vec<u8>,
}

impl Body<'_> {
    /// Reads so many bytes. Returns `false` if there are fewer.
    fn take(&mut self, from: &mut impl Read, len: u64) -> bool {
        let mut buffer = vec![0; 1 << 16];
        let mut rest = len;
        while rest > 0 {
            let now = buffer
                .len()
                .min(usize::try_from(rest).unwrap_or(usize::MAX));
            match from.read(&mut buffer[..now]) {
                Ok(0) | Err(_) => return false,
                Ok(len) => {
                    self.hash.update(&buffer[..len]);
                    self.message.body.0 += len;
                    if self.bytes.len() < SHORT {
                        self.bytes.extend(&buffer[..len]);
                    }
                    rest -= len as u64;
                }
            }
        }
        true
    }
}

/// Reads a message. The body of a response without framing goes to the end.
pub fn read(from: &mut impl BufRead, to_end: bool) -> Option<Message> {
    let mut message = Message {
        start: line(from)?,
        ..Message::default()
    };
    let headers = lines(from)?;
    let value = |name: &str| {
        headers.iter().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    };
    let length = value("content-length");
    let chunked = value("transfer-encoding").is_some();
    message.framing = match &length {
        _ if chunked => "chunked".into(),
        Some(length) => length.clone(),
        None => "none".into(),
    };
    let hidden = [
        "date:",
        "content-length:",
        "transfer-encoding:",
        "host:",
        // Every host has its own way of keeping connections.
        "connection:",
        "keep-alive:",
    ];
    // A name is the same in any case.
    let shown = headers.iter().map(|line| match line.split_once(':') {
        Some((name, value)) => format!("{}:{value}", name.to_lowercase()),
        None => line.clone(),
    });
    let is_shown = |line: &String| !hidden.iter().any(|name| line.starts_with(name));
    message.headers = shown.filter(is_shown).collect();
    message.headers.sort();

    let is_short = message.start.contains(" 204 ") || message.start.contains(" 304 ");
    let mut body = Body {
        message: &mut message,
        hash: Fnv::default(),
        bytes: Vec::new(),
    };
    let mut trailers = Some(Vec::new());
    let whole = if chunked {
        loop {
            let size = line(from).and_then(|line| u64::from_str_radix(&line, 16).ok());
            match size {
                Some(0) => {
                    trailers = lines(from);
                    break trailers.is_some();
                }
                Some(size) => {
                    if !body.take(from, size) || line(from).is_none() {
                        break false;
                    }
                }
                None => break false,
            }
        }
    } else if let Some(length) = length {
        body.take(from, length.parse().expect("a number"))
    } else if to_end && !is_short {
        body.take(from, u64::MAX);
        true
    } else {
        true
    };
    let (hash, bytes) = (body.hash.finish(), body.bytes);
    message.body.1 = hash;
    message.text = bytes.escape_ascii().to_string();
    message.trailers = trailers.unwrap_or_default();
    message.whole = whole;
    Some(message)
}

pub fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("connecting");
    stream
        .set_read_timeout(Some(TIME_LIMIT))
        .expect("setting a limit");
    stream.set_nodelay(true).expect("setting an option");
    stream
}

/// Sends a request as it is written here, and reads the response.
pub fn ask(port: u16, request: &[u8]) -> Option<Message> {
    let mut stream = connect(port);
    stream.write_all(request).expect("sending");
    read(&mut BufReader::new(stream), true)
}

/// Returns a request without a body.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: example.com\r\nte: trailers\r\n\r\n").into_bytes()
}

/// Returns a request with a body in chunks, and with trailers.
pub fn post(path: &str, chunks: &[&[u8]], trailers: &str) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: example.com\r\nte: trailers\r\n\
         transfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n"
    )
    .into_bytes();
    for chunk in chunks {
        write!(request, "{:x}\r\n", chunk.len()).unwrap();
        request.extend_from_slice(chunk);
        request.extend_from_slice(b"\r\n");
    }
    write!(request, "0\r\n{trailers}\r\n").unwrap();
    request
}

/// A server's way to deal with a connection.
pub type Serve = fn(&mut BufReader<TcpStream>) -> Option<Message>;

/// Answers every request with its first line and its `host`, for as long as the test runs.
pub fn mirror() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binding");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = BufReader::new(stream);
            let Some(start) = line(&mut stream) else {
                continue;
            };
            let hosts = lines(&mut stream).unwrap_or_default();
            let text = hosts.iter().filter(|line| line.starts_with("host:"));
            let text = text.fold(start, |text, line| text + "\\n" + line);
            // It goes into a field, where a guest prints it.
            let response = format!("HTTP/1.1 200 OK\r\nx-got: {text}\r\ncontent-length: 0\r\n\r\n");
            let _ = stream.get_mut().write_all(response.as_bytes());
        }
    });
    port
}

/// Serves so many connections, one after the other. The thread returns the message of each.
pub fn serve(count: usize, serve: Serve) -> (u16, JoinHandle<Vec<Option<Message>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binding");
    let port = listener.local_addr().expect("it is bound").port();
    let thread = thread::spawn(move || {
        let one = |_| {
            let (stream, _) = listener.accept().expect("accepting");
            stream
                .set_read_timeout(Some(TIME_LIMIT))
                .expect("setting a limit");
            let mut stream = BufReader::new(stream);
            let message = serve(&mut stream);
            let _ = stream.get_ref().shutdown(Shutdown::Both);
            message
        };
        (0..count).map(one).collect()
    });
    (port, thread)
}
