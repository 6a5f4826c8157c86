//! The code of the programs that depends on their bindings. It is a module of each.

use crate::bindings::wasi::cli::stdout::get_stdout;
use crate::bindings::wasi::clocks::monotonic_clock;
use crate::bindings::wasi::http::outgoing_handler;
use crate::bindings::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, FutureTrailers, HeaderError, IncomingBody,
    IncomingResponse, Method, OutgoingBody, OutgoingRequest, RequestOptions, Scheme, Trailers,
    http_error_code,
};
use crate::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use http_guests::fnv::{Fnv, pattern};

/// Prints a line on stdout, delivered when this returns.
pub fn out(text: &str) {
    let stdout = get_stdout();
    for piece in format!("{text}\n").as_bytes().chunks(4096) {
        stdout.blocking_write_and_flush(piece).expect("printing");
    }
}

pub fn sleep(millis: u64) {
    monotonic_clock::subscribe_duration(millis * 1_000_000).block();
}

/// The end of a body.
pub fn trailers(future: &FutureTrailers) -> Result<Option<Trailers>, ErrorCode> {
    let pollable = future.subscribe();
    loop {
        if let Some(result) = future.get() {
            #[cfg(not(feature = "candidate"))]
            let result = result.expect("it is asked once");
            return result;
        }
        pollable.block();
    }
}

pub fn has(fields: &Fields, name: &str) -> bool {
    #[cfg(not(feature = "candidate"))]
    return fields.has(&name.to_string());
    #[cfg(feature = "candidate")]
    return !fields.get(&name.to_string()).is_empty();
}

pub fn fields(entries: &[(&str, &str)]) -> Fields {
    let entries: Vec<_> = entries
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    Fields::from_list(&entries).expect("the fields are good")
}

/// Returns fields of all kinds, and many of them.
pub fn unusual_fields() -> Fields {
    let mut entries: Vec<(String, Vec<u8>)> = (0..150)
        .map(|number| (format!("x-{number}"), number.to_string().into_bytes()))
        .collect();
    entries.push(("x-empty".into(), Vec::new()));
    entries.push(("X-Upper".into(), b"\xff\x80".to_vec()));
    entries.push(("x-blank".into(), b" \t inner  ".to_vec()));
    entries.push(("x-long".into(), vec![b'v'; 16 * 1024]));
    let fields = Fields::from_list(&entries).expect("the fields are good");
    let twice = entries[0].0.to_uppercase();
    fields.append(&twice, b"again").expect("so is this one");
    fields
}

/// Returns fields as text in the order of their names: every host has its own order.
pub fn show(fields: &Fields) -> String {
    let mut lines: Vec<String> = fields
        .entries()
        .into_iter()
        .map(|(name, value)| format!("{name}: {}", value.escape_ascii()))
        .collect();
    lines.sort();
    lines.join("; ")
}

pub fn show_end(error: StreamError) -> String {
    match error {
        StreamError::Closed => "closed".into(),
        StreamError::LastOperationFailed(error) => {
            format!("failed: {:?}", http_error_code(&error))
        }
    }
}

/// Reads to the end, and describes the length, the hash and the end.
pub fn drain(stream: &InputStream) -> String {
    let (mut len, mut hash) = (0, Fnv::default());
    loop {
        match stream.blocking_read(1 << 16) {
            Ok(bytes) => {
                len += bytes.len();
                hash.update(&bytes);
            }
            Err(end) => return format!("{len} bytes {:016x} {}", hash.finish(), show_end(end)),
        }
    }
}

/// Describes a body, trailers included.
pub fn receive(body: IncomingBody) -> String {
    let stream = body.stream().expect("the stream is there");
    assert!(body.stream().is_err(), "there is one stream");
    let text = drain(&stream);
    drop(stream);
    let future = IncomingBody::finish(body);
    let end = match trailers(&future) {
        Ok(None) => "no trailers".into(),
        Ok(Some(trailers)) => format!("trailers {}", show(&trailers)),
        Err(code) => format!("{code:?}"),
    };
    format!("{text}, {end}")
}

/// Writes all bytes, at the pace of the reader.
pub fn send(stream: &OutputStream, mut bytes: &[u8]) -> Result<(), StreamError> {
    let pollable = stream.subscribe();
    while !bytes.is_empty() {
        let permit = stream.check_write()? as usize;
        if permit == 0 {
            pollable.block();
            continue;
        }
        let (now, later) = bytes.split_at(permit.min(bytes.len()));
        stream.write(now)?;
        bytes = later;
    }
    Ok(())
}

/// Writes `len` bytes of the pattern.
pub fn send_pattern(stream: &OutputStream, len: usize) -> Result<(), StreamError> {
    let mut buffer = Vec::new();
    let mut sent = 0;
    while sent < len {
        let until = len.min(sent + (1 << 16));
        buffer.clear();
        buffer.extend((sent..until).map(pattern));
        send(stream, &buffer)?;
        sent = until;
    }
    Ok(())
}

/// Returns a request to an authority with these headers.
pub fn request(method: Method, authority: &str, path: &str, headers: Fields) -> OutgoingRequest {
    let request = OutgoingRequest::new(headers);
    request.set_method(&method).expect("the method is good");
    request
        .set_scheme(Some(&Scheme::Http))
        .expect("so is the scheme");
    request
        .set_authority(Some(authority))
        .expect("so is the authority");
    request
        .set_path_with_query(Some(path))
        .expect("so is the path");
    request
}

pub fn handle(
    request: OutgoingRequest,
    options: Option<RequestOptions>,
) -> Result<FutureIncomingResponse, ErrorCode> {
    outgoing_handler::handle(request, options)
}

/// Waits for the response.
pub fn wait(future: &FutureIncomingResponse) -> Result<IncomingResponse, ErrorCode> {
    let pollable = future.subscribe();
    loop {
        if let Some(answer) = future.get() {
            assert!(matches!(future.get(), Some(Err(()))), "there is one answer");
            return answer.expect("it is asked once");
        }
        pollable.block();
    }
}

/// Returns an error code as text, without the host's own words.
pub fn show_error(code: &ErrorCode) -> String {
    match code {
        ErrorCode::InternalError(_) => "InternalError".into(),
        ErrorCode::DnsError(_) => "DnsError".into(),
        other => format!("{other:?}"),
    }
}

/// Describes a response.
pub fn show_response(answer: Result<IncomingResponse, ErrorCode>) -> String {
    match answer {
        Ok(response) => {
            let head = format!("{} [{}]", response.status(), show(&response.headers()));
            let body = response.consume().expect("the body is there");
            assert!(response.consume().is_err(), "there is one body");
            let head_again = format!("{} [{}]", response.status(), show(&response.headers()));
            assert_eq!(head, head_again);
            format!("{head} {}", receive(body))
        }
        Err(code) => show_error(&code),
    }
}

pub fn finish(body: OutgoingBody, trailers: Option<Fields>) -> String {
    match OutgoingBody::finish(body, trailers) {
        Ok(()) => "finished".into(),
        Err(code) => format!("{code:?}"),
    }
}

/// Calls the functions of fields and of the parts of messages, and returns a line for each.
pub fn rules() -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |text: String| lines.push(text);
    let show_result = |result: Result<(), HeaderError>| match result {
        Ok(()) => "ok".to_string(),
        Err(error) => format!("{error:?}"),
    };
    let names = [
        "x-good",
        "X-Upper",
        "",
        "bad name",
        "bad\n",
        "connection",
        "Keep-Alive",
        "host",
        "transfer-encoding",
        "upgrade",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "http2-settings",
        "content-length",
        "te",
        "trailer",
        "ünicode",
        ":path",
    ];
    let values: [&[u8]; 9] = [
        b"good",
        b"",
        b"with\ttab",
        b"line\nbreak",
        b"\r",
        b"\0",
        b"\x7f",
        b"\xff\xfe",
        b"12",
    ];
    for name in names {
        let name = name.to_string();
        for value in values {
            let fields = Fields::new();
            let appended = show_result(fields.append(&name, value));
            let set = show_result(fields.set(&name, &[value.to_vec(), value.to_vec()]));
            let deleted = show_result(fields.delete(&name));
            let listed = Fields::from_list(&[(name.clone(), value.to_vec())]);
            let listed = match listed {
                Ok(fields) => show(&fields),
                Err(error) => format!("{error:?}"),
            };
            line(format!(
                "{name:?} {}: append {appended}, set {set}, delete {deleted}, list {listed}",
                value.escape_ascii()
            ));
        }
        let got = Fields::new().get(&name);
        line(format!(
            "{name:?} of none: {got:?} {}",
            has(&Fields::new(), &name)
        ));
    }

    let many = fields(&[("a", "1"), ("b", "2"), ("A", "3"), ("c", "4")]);
    line(show(&many));
    many.append(&"B".to_string(), b"5").unwrap();
    many.set(&"c".to_string(), &[]).unwrap();
    line(format!(
        "{:?} {:?}",
        many.get(&"A".to_string()),
        many.get(&"b".to_string())
    ));
    many.delete(&"a".to_string()).unwrap();
    line(show(&many));
    let copy = many.clone();
    copy.append(&"d".to_string(), b"6").unwrap();
    line(format!("{} and {}", show(&many), show(&copy)));
    for length in [
        "0",
        "007",
        "1",
        "18446744073709551615",
        "18446744073709551616",
        "+1",
        "1,1",
    ] {
        let listed = Fields::from_list(&[("content-length".into(), length.into())]);
        line(format!("{length} {:?}", listed.map(|fields| show(&fields))));
    }
    let twice = Fields::from_list(&[
        ("content-length".into(), b"1".to_vec()),
        ("Content-Length".into(), b"1".to_vec()),
    ]);
    line(format!("twice {:?}", twice.map(|fields| show(&fields))));

    let unusual = unusual_fields();
    line(format!("{} {}", unusual.entries().len(), show(&unusual)));
    line(format!(
        "{:?}",
        unusual.get(&"x-long".to_string()).first().map(Vec::len)
    ));
    let values = vec![b"v".to_vec(); 150];
    line(show_result(unusual.set(&"x-0".to_string(), &values)));
    line(format!("{}", unusual.get(&"X-0".to_string()).len()));

    // Fields of a message can't be changed, but a copy of them can.
    let request = OutgoingRequest::new(fields(&[("a", "1")]));
    let headers = request.headers();
    line(show_result(headers.append(&"b".to_string(), b"2")));
    line(show_result(headers.append(&"b b".to_string(), b"2")));
    line(show_result(headers.append(&"host".to_string(), b"2")));
    line(show_result(
        headers.set(&"a".to_string(), &[b"\n".to_vec()]),
    ));
    line(show_result(headers.set(&"a".to_string(), &[])));
    line(show_result(headers.delete(&"a".to_string())));
    line(show_result(headers.clone().delete(&"a".to_string())));
    line(show(&headers));

    for method in ["GET", "get", "X-Y", "", "A B", "A\n", "Ü", "QUERY"] {
        let set = request.set_method(&Method::Other(method.into()));
        line(format!("method {method:?} {set:?} {:?}", request.method()));
    }
    request.set_method(&Method::Patch).unwrap();
    line(format!("{:?}", request.method()));
    for scheme in ["http", "ftp", "a+b", "a b", "1", "a:", "ü"] {
        let set = request.set_scheme(Some(&Scheme::Other(scheme.into())));
        line(format!("scheme {scheme:?} {set:?} {:?}", request.scheme()));
    }
    line(format!(
        "{:?} {:?}",
        request.set_scheme(None),
        request.scheme()
    ));
    for path in [
        "/",
        "/a?b",
        "?b",
        "",
        "a",
        "*",
        "http://a/",
        "/a b",
        "/\u{7f}",
        "/ü",
        "/%41",
        "/a?b<c",
        "/\"{}",
    ] {
        let set = request.set_path_with_query(Some(path));
        line(format!(
            "path {path:?} {set:?} {:?}",
            request.path_with_query()
        ));
    }
    line(format!(
        "{:?} {:?}",
        request.set_path_with_query(None),
        request.path_with_query()
    ));
    for authority in [
        "example.com",
        "example.com:80",
        "user:pass@example.com",
        "[::1]",
        "[::1]:80",
        "",
        "a b",
        "a/b",
        "a:1:2",
        "[::1",
        "::1]",
        "a@",
        "a%20b",
        "u%20s@a",
        "a?b",
        "ü",
        "a_b",
        "1.2.3.4:5",
    ] {
        let set = request.set_authority(Some(authority));
        line(format!(
            "authority {authority:?} {set:?} {:?}",
            request.authority()
        ));
    }
    line(format!(
        "{:?} {:?}",
        request.set_authority(None),
        request.authority()
    ));

    let body = request.body().expect("the body is there");
    assert!(request.body().is_err(), "there is one body");
    let stream = body.write().expect("the stream is there");
    assert!(body.write().is_err(), "there is one stream");
    // There is room before anybody reads.
    stream.blocking_write_and_flush(b"some").unwrap();
    drop(stream);
    drop(request);
    line(finish(body, Some(fields(&[("t", "1")]))));
    for (length, write) in [("3", 3), ("3", 2), ("3", 4), ("0", 0), ("0", 1)] {
        let request = OutgoingRequest::new(fields(&[("content-length", length)]));
        let body = request.body().expect("the body is there");
        let stream = body.write().expect("the stream is there");
        let wrote = stream.write(&vec![b'x'; write]).map_err(show_end);
        drop(stream);
        line(format!(
            "{write} of {length}: {wrote:?} {}",
            finish(body, None)
        ));
    }
    lines
}
