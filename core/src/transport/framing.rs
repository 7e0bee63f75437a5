//! Whether the end of a response body is certain.

use http::{Version, header::TRANSFER_ENCODING, response::Parts};

/// Checks that the head of a response has no `transfer-encoding`, or only `chunked` in HTTP/1.1. With any
/// other, the end of the body is not certain. Chunked is the only transfer coding that the clients accept,
/// and HTTP/1.0 has none ([RFC 9112, 6.1](https://www.rfc-editor.org/rfc/rfc9112#section-6.1)). HTTP
/// libraries read a body with another coding until the connection ends, whatever its `content-length`.
///
/// # Errors
///
/// The reason, as the source of a [`Protocol`](crate::transport::TransportErrorKind::Protocol) error.
pub fn check_framing(head: &Parts) -> Result<(), &'static str> {
    let mut codings = head
        .headers
        .get_all(TRANSFER_ENCODING)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii);
    let Some(last) = codings.next_back() else {
        return Ok(());
    };
    // An empty element may be anywhere but at the end, where libraries expect the coding.
    let is_chunked = last.eq_ignore_ascii_case(b"chunked") && codings.all(<[u8]>::is_empty);
    if is_chunked && head.version == Version::HTTP_11 {
        Ok(())
    } else {
        Err("unsupported transfer-encoding: only chunked is supported, and only in HTTP/1.1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_chunked_is_accepted() {
        for (version, codings, is_certain) in [
            (Version::HTTP_11, &[][..], true),
            (Version::HTTP_11, &["chunked"], true),
            (Version::HTTP_11, &["", ", Chunked "], true),
            (Version::HTTP_11, &["chunked,"], false),
            (Version::HTTP_11, &["chunked", ""], false),
            (Version::HTTP_11, &[""], false),
            (Version::HTTP_11, &["gzip, chunked"], false),
            (Version::HTTP_11, &["chunked", "chunked"], false),
            (Version::HTTP_11, &["identity"], false),
            (Version::HTTP_10, &["chunked"], false),
            (Version::HTTP_10, &[], true),
        ] {
            let mut response = http::Response::builder().version(version);
            for coding in codings {
                response = response.header(TRANSFER_ENCODING, *coding);
            }
            let (head, ()) = response.body(()).unwrap().into_parts();
            assert_eq!(check_framing(&head).is_ok(), is_certain, "{codings:?}");
        }
    }
}
