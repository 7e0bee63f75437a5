//! A connection through an HTTP proxy, asked for with `CONNECT`. TLS runs inside of it.

use std::io;

use base64::{Engine, prelude::BASE64_STANDARD};
use neptunedata::transport::Proxy;

use crate::{connect::Target, deadlines::Limits, socket::Socket};

/// Proxies have little to say.
const HEAD_LIMIT: usize = 16 * 1024;

/// The proxy requires a password, or rejected it.
#[derive(Debug, thiserror::Error)]
#[error("the proxy responded with status 407")]
pub(crate) struct ProxyAuthRequired;

pub(crate) fn open(
    socket: &mut Socket,
    proxy: &Proxy,
    target: &Target,
    limits: &Limits,
) -> io::Result<()> {
    let request = request(proxy, target);
    // Whether or not it waits for all of it, it answers.
    socket.send(&mut request.as_bytes(), limits)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // Byte by byte: what follows the head is the cluster's.
        let mut byte = [0];
        if socket.receive(&mut byte, limits)? == 0 {
            return Err(io::Error::other("the proxy closed the connection"));
        }
        head.extend_from_slice(&byte);
        if head.len() > HEAD_LIMIT {
            return Err(io::Error::other("the proxy's response is too long"));
        }
    }
    match status(&head) {
        Some(200..=299) => Ok(()),
        Some(407) => Err(io::Error::other(ProxyAuthRequired)),
        Some(status) => Err(io::Error::other(format!(
            "the proxy responded with status {status}"
        ))),
        None => Err(io::Error::other("the proxy's response is not valid HTTP")),
    }
}

fn request(proxy: &Proxy, target: &Target) -> String {
    let authority = target.authority();
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\n");
    if let Some((name, password)) = proxy.user() {
        let user = BASE64_STANDARD.encode(format!("{name}:{password}"));
        request.push_str(&format!("proxy-authorization: Basic {user}\r\n"));
    }
    request.push_str("\r\n");
    request
}

/// The three digits behind the version.
fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head.get(..12)?).ok()?;
    let status = line.strip_prefix("HTTP/1.")?.get(2..)?;
    let digits = status.bytes().all(|byte| byte.is_ascii_digit());
    status.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_proxies_are_asked_and_say() {
        let target = Target {
            host: "::1".to_owned(),
            port: 8182,
        };
        let proxy = Proxy::parse("http://aladdin:opensesame@proxy:1").unwrap();
        assert_eq!(
            request(&proxy, &target),
            "CONNECT [::1]:8182 HTTP/1.1\r\nhost: [::1]:8182\r\n\
             proxy-authorization: Basic YWxhZGRpbjpvcGVuc2VzYW1l\r\n\r\n"
        );
        assert_eq!(
            status(b"HTTP/1.1 200 Connection established\r\n\r\n"),
            Some(200)
        );
        assert_eq!(status(b"HTTP/1.0 407\r\n\r\n"), Some(407));
        for wrong in [
            "",
            "\r\n\r\n",
            "HTTP/2 200\r\n",
            "HTTP/1.1 yes\r\n",
            "HTTP/1.1 +20\r\n",
            "HTTP/1.1 20\r\n",
            "220 smtp\r\n",
        ] {
            assert_eq!(status(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
