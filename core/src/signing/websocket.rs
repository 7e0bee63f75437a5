//! Signing for WebSockets: the handshake of a Gremlin connection.

use std::time::SystemTime;

use bytes::Bytes;
use http::{Method, Request, header::HOST};

use super::{SignError, sign};
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;

/// Signs the handshake of a WebSocket for Gremlin, `GET /gremlin`. Needs the feature `sigv4`.
///
/// This function sends nothing. The request has the URI to connect to, with the scheme `wss` (`ws` for an
/// endpoint without TLS), and the headers of the signature: `host`, `x-amz-date`, `authorization` and, for
/// temporary credentials, `x-amz-security-token`. The WebSocket library adds the other headers of a
/// handshake, such as `upgrade` and `sec-websocket-key`, which are not signed. It must not change `host`.
///
/// Neptune accepts a signature for five minutes before and after `now`. An open connection can last up to
/// ten days; each new connection needs a new signature.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use neptunedata::{Credentials, Endpoint, signing::websocket_request};
///
/// let endpoint = Endpoint::parse("my-db.cluster-abc.us-east-1.neptune.amazonaws.com")?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// let request = websocket_request(&endpoint, &credentials, "us-east-1", now)?;
///
/// assert_eq!(request.uri(), "wss://my-db.cluster-abc.us-east-1.neptune.amazonaws.com:8182/gremlin");
/// assert_eq!(request.headers()["host"], "my-db.cluster-abc.us-east-1.neptune.amazonaws.com:8182");
/// assert!(request.headers().contains_key("authorization"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/iam-auth-connecting.html>
///
/// # Errors
///
/// If the time, the region or the credentials are invalid.
pub fn websocket_request(
    endpoint: &Endpoint,
    credentials: &Credentials,
    region: &str,
    now: SystemTime,
) -> Result<Request<()>, SignError> {
    // Replace `https:` with `wss:`, and `http:` with `ws:`. The scheme is not signed.
    let scheme = if endpoint.is_secure() { "wss" } else { "ws" };
    let rest = endpoint.url().trim_start_matches(|c| c != ':');
    let uri = format!("{scheme}{rest}/gremlin");
    let uri = uri.parse().map_err(|_| SignError::MissingAuthority)?;
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = uri;
    let host = endpoint.host_header().clone();
    request.headers_mut().insert(HOST, host);
    sign(&mut request, credentials, region, now)?;
    Ok(request.map(drop))
}
