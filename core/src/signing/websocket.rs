//! Signing for WebSockets: the handshake that opens one for Gremlin.

use std::time::SystemTime;

use bytes::Bytes;
use http::{Method, Request, header::HOST};

use super::{SignError, sign};
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;

/// Signs the handshake of a WebSocket for Gremlin, `GET /gremlin`. Needs the feature `sigv4`.
///
/// Nothing is sent here. The request has the URI to connect to, with the scheme `wss` (`ws` for an endpoint
/// without TLS), and the headers that the signature needs: `host`, `x-amz-date`, `authorization`
/// and, for temporary credentials, `x-amz-security-token`. What a handshake has besides, such as `upgrade` and
/// `sec-websocket-key`, is for the WebSocket library to add; it is not signed. `host` must be sent as it is.
///
/// Neptune takes a signature for five minutes around `now`. A connection that is open stays so for up to ten
/// days; each new one needs a new signature.
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
/// Where the time, the region or the credentials cannot be signed.
pub fn websocket_request(
    endpoint: &Endpoint,
    credentials: &Credentials,
    region: &str,
    now: SystemTime,
) -> Result<Request<()>, SignError> {
    // `https://…` becomes `wss://…`, and `http://…` `ws://…`. The scheme is no part of what is signed.
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
