//! Any status, headers and body end in a value or a typed error, by every operation.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use neptunedata::dynamic;

fuzz_target!(|data: &[u8]| {
    let [operation, high, low, rest @ ..] = data else {
        return;
    };
    let operations = neptunedata::catalog::OPERATIONS;
    let info = operations[usize::from(*operation) % operations.len()];
    let status = 100 + (u16::from(*high) << 8 | u16::from(*low)) % 900;
    let mut response = http::Response::builder().status(status);
    // Up to the first empty line, a header a line.
    let (head, body) = match rest.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) => (&rest[..end], &rest[end + 2..]),
        None => (&rest[..0], rest),
    };
    for line in head.split(|byte| *byte == b'\n') {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        if let (Some(name), Some(value)) = (parts.next(), parts.next())
            && let Ok(name) = http::HeaderName::from_bytes(name)
            && let Ok(value) = http::HeaderValue::from_bytes(value)
        {
            response = response.header(name, value);
        }
    }
    let response = response.body(Bytes::copy_from_slice(body)).unwrap();
    if let Err(error) = dynamic::response(info.name, &response) {
        assert!(error.to_string().len() < 8192, "a text without bounds");
    }
});
