//! The syntax of the parts of a request. The host has the last word when the request is sent.

/// Returns `true` if a method, or a field's name, can have this byte.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Returns `true` if a method can have this name.
pub fn is_method(method: &str) -> bool {
    !method.is_empty() && method.bytes().all(is_token)
}

/// Returns `true` if a field can have this name.
pub fn is_field_name(name: &str) -> bool {
    is_method(name)
}

/// Returns `true` if a field can have this value.
pub fn is_field_value(value: &[u8]) -> bool {
    value
        .iter()
        .all(|byte| !matches!(byte, 0..=8 | 10..=31 | 0x7f))
}

/// The length of the longest scheme.
const LONGEST_SCHEME: usize = 64;

/// Returns `true` if a scheme can have this name.
pub fn is_scheme(scheme: &str) -> bool {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.~".contains(&byte);
    scheme.len() <= LONGEST_SCHEME && scheme.bytes().all(is_valid)
}

/// The length of the longest path.
const LONGEST_PATH: usize = u16::MAX as usize - 1;

/// Returns `true` if this is a path with or without a query.
pub fn is_path_with_query(text: &str) -> bool {
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, query),
        None => (text, ""),
    };
    let begins_well = path.is_empty() || path.starts_with('/');
    let in_path = |byte: u8| !matches!(byte, 0..=b' ' | b'<' | b'>' | b'`' | 0x7f);
    let in_query = |byte: u8| !matches!(byte, 0..=b' ' | b'"' | b'<' | b'>' | 0x7f);
    begins_well
        && text.len() <= LONGEST_PATH
        && path.bytes().all(in_path)
        && query.bytes().all(in_query)
}

/// Returns `true` if this is an authority: a host, perhaps with a user before it and a port after it.
pub fn is_authority(text: &str) -> bool {
    let (user, place) = match text.rsplit_once('@') {
        Some((user, place)) => (user, place),
        None => ("", text),
    };
    let (address, rest) = match place.strip_prefix('[') {
        // An IPv6 address, of which only the brackets matter here.
        Some(place) => match place.split_once(']') {
            Some(parts) => parts,
            None => return false,
        },
        None => ("", place),
    };
    let is_unreserved =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte);
    let in_user = |byte: u8| is_unreserved(byte) || byte == b':' || byte == b'%';
    !place.is_empty()
        && user.bytes().all(in_user)
        && address.bytes().all(in_user)
        && rest.bytes().all(|byte| is_unreserved(byte) || byte == b':')
        && rest.bytes().filter(|byte| *byte == b':').count() <= 1
}

/// The number in a `content-length`, if it is one.
pub fn content_length(value: &[u8]) -> Option<u64> {
    let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let text = core::str::from_utf8(value).ok().filter(|_| is_number)?;
    text.parse().ok()
}
