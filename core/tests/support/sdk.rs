//! Signatures made by the AWS SDK for Rust.

use std::time::SystemTime;

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4::SigningParams;
use bytes::Bytes;
use http::Request;
use neptunedata::Credentials;

/// The headers that are not signed.
pub(crate) const NOT_SIGNED: [&str; 18] = [
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "authorization",
    "baggage",
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// The request with the headers that the SDK adds to it.
pub(crate) fn oracle(
    request: &Request<Bytes>,
    credentials: &Credentials,
    region: &str,
    now: SystemTime,
) -> Request<Bytes> {
    let identity = aws_credential_types::Credentials::new(
        credentials.access_key_id(),
        credentials.secret_access_key(),
        credentials.session_token().map(str::to_owned),
        None,
        "test",
    )
    .into();
    let mut settings = SigningSettings::default();
    settings.excluded_headers = Some(NOT_SIGNED.map(Into::into).into());
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("neptune-db")
        .time(now)
        .settings(settings)
        .build()
        .expect("parameters")
        .into();
    let headers = request.headers().iter().map(|(name, value)| {
        (
            name.as_str(),
            str::from_utf8(value.as_bytes()).expect("UTF-8"),
        )
    });
    let signable = SignableRequest::new(
        request.method().as_str(),
        request.uri().to_string(),
        headers,
        SignableBody::Bytes(request.body()),
    )
    .expect("signable");
    let (instructions, _) = aws_sigv4::http_request::sign(signable, &params)
        .expect("signature")
        .into_parts();
    let mut request = request.clone();
    instructions.apply_to_request_http1x(&mut request);
    request
}
