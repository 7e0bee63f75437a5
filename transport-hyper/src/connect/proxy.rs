//! The way through an HTTP proxy: it is asked for a connection to the cluster, and passes bytes on
//! from then.

use std::{fmt, future::poll_fn, io, pin::Pin};

use hyper::rt::{Read, ReadBuf, Write};
use neptunedata::{
    TransportError,
    transport::{Proxy, TransportErrorKind},
};

use crate::{
    errors,
    io::{BoxedIo, Stream},
};

/// Longer answers than this are not from a proxy.
const HEAD_LIMIT: usize = 16 * 1024;

/// The question for a proxy.
#[derive(Clone)]
pub(crate) struct Tunnel {
    request: String,
}

impl Tunnel {
    /// Asks for a connection to `authority`, a host with its port.
    pub(crate) fn new(proxy: &Proxy, authority: &str) -> Tunnel {
        let mut request = format!("CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\n");
        if let Some((user, password)) = proxy.user() {
            let user = base64(format!("{user}:{password}").as_bytes());
            request.push_str(&format!("proxy-authorization: Basic {user}\r\n"));
        }
        request.push_str("\r\n");
        Tunnel { request }
    }

    pub(crate) async fn open(&self, stream: Stream) -> Result<Stream, TransportError> {
        let Stream { mut io, probe, .. } = stream;
        let failed = |error| errors::not_sent(TransportErrorKind::Connect, error);
        let head = ask(&mut io, self.request.as_bytes())
            .await
            .map_err(failed)?;
        match status(&head) {
            Some(status) if status.starts_with('2') => Ok(Stream {
                io,
                // That of the proxy says nothing.
                peer: None,
                probe,
            }),
            Some(status) => {
                let reason = format!("the proxy refused the connection with status {status}");
                let error = failed(io::Error::other(reason));
                // It wants a password, or another one.
                Err(if status == "407" {
                    error.permanent()
                } else {
                    error
                })
            }
            None => Err(failed(io::Error::other("the proxy's answer is not HTTP"))),
        }
    }
}

/// The password is in it.
impl fmt::Debug for Tunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tunnel").finish_non_exhaustive()
    }
}

/// Sends the question and reads the head of the answer, and nothing after it.
async fn ask(io: &mut BoxedIo, mut request: &[u8]) -> io::Result<Vec<u8>> {
    while !request.is_empty() {
        let written = poll_fn(|cx| Pin::new(&mut *io).poll_write(cx, request)).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        request = request.get(written..).unwrap_or_default();
    }
    poll_fn(|cx| Pin::new(&mut *io).poll_flush(cx)).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= HEAD_LIMIT {
            return Err(io::Error::other("the proxy's answer is too long"));
        }
        // One at a time: what follows the head belongs to whoever comes next.
        let mut byte = [0];
        let mut buffer = ReadBuf::new(&mut byte);
        poll_fn(|cx| Pin::new(&mut *io).poll_read(cx, buffer.unfilled())).await?;
        if buffer.filled().is_empty() {
            return Err(io::Error::other("the proxy closed the connection"));
        }
        head.extend_from_slice(buffer.filled());
    }
    Ok(head)
}

/// The three digits behind the version.
fn status(head: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(head.get(..12)?).ok()?;
    let status = line.strip_prefix("HTTP/1.")?.get(2..)?;
    let digits = status.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(status)
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or_default());
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for (place, shift) in [18_u32, 12, 6, 0].into_iter().enumerate() {
            let digit = ALPHABET
                .get(((bits >> shift) & 63) as usize)
                .filter(|_| place <= group.len());
            text.push(digit.copied().map_or('=', char::from));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_everybody_writes_it() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("user:p\u{e4}ss", "dXNlcjpww6Rzcw=="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn statuses() {
        assert_eq!(status(b"HTTP/1.1 200 OK\r\n\r\n"), Some("200"));
        assert_eq!(status(b"HTTP/1.0 407\r\n\r\n"), Some("407"));
        for wrong in [&b"HTTP/2 200 OK\r\n\r\n"[..], b"SSH-2.0-x", b"HTTP/1.1 2x0"] {
            assert_eq!(status(wrong), None);
        }
    }

    #[test]
    fn debug_hides_the_password() {
        let proxy = Proxy::parse("http://user:secret@proxy:3128").unwrap();
        let tunnel = Tunnel::new(&proxy, "db.example.com:8182");
        assert!(tunnel.request.contains("Basic dXNlcjpzZWNyZXQ=\r\n"));
        assert_eq!(format!("{tunnel:?}"), "Tunnel { .. }");
    }
}
