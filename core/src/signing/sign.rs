//! Adds a Signature Version 4 to a request.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sigv4::sign::v4::calculate_signature;
use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue};
use http::{HeaderMap, Request, Uri};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::SignError;
use super::canonical;
use super::key_cache::KeyCache;
use crate::credentials::Credentials;
use crate::endpoint::is_valid_region;

/// The name of the service in a signature. The management API has a different one (`rds`).
pub(super) const SERVICE: &str = "neptune-db";

const ALGORITHM: &[u8] = b"AWS4-HMAC-SHA256";
const TERMINATOR: &[u8] = b"aws4_request";
pub(super) const DATE: HeaderName = HeaderName::from_static("x-amz-date");
pub(super) const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Signs a complete request for the Neptune data API (Signature Version 4, service `neptune-db`). Needs the
/// feature `sigv4`.
///
/// Sets the headers `authorization`, `x-amz-date` and, for temporary credentials, `x-amz-security-token`. They replace
/// existing ones. If the header `host` is absent, it is set from the URI; if it is present, it is signed unchanged, so
/// that a request can be sent through a tunnel.
///
/// The signature covers the method, the path, the query, the body and all headers, except headers that connections
/// and proxies change (such as `content-length`, `te`, `user-agent` and `traceparent`). Only these may be changed
/// afterwards.
///
/// `region` is the region of the cluster. `now` is the wall-clock time. Neptune accepts a signature from five
/// minutes before this time to five minutes after it. Sign immediately before sending, and again for each attempt.
/// See [Connecting with IAM](https://docs.aws.amazon.com/neptune/latest/userguide/iam-auth-connecting.html).
///
/// # Errors
///
/// If the time, the region, the credentials, the host or a header is invalid. The request is then unchanged.
/// Expired credentials are not an error here.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use bytes::Bytes;
/// use neptunedata::{Credentials, sign};
///
/// let mut request = http::Request::get("https://db.example.com:8182/status").body(Bytes::new())?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// sign(&mut request, &credentials, "us-east-1", now)?;
///
/// assert_eq!(request.headers()["host"], "db.example.com:8182");
/// assert_eq!(request.headers()["x-amz-date"], "20150830T123600Z");
/// let authorization = request.headers()["authorization"].to_str()?;
/// assert!(authorization.starts_with(
///     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/neptune-db/aws4_request, \
///      SignedHeaders=host;x-amz-date, Signature="
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sign(
    request: &mut Request<Bytes>,
    credentials: &Credentials,
    region: &str,
    now: SystemTime,
) -> Result<(), SignError> {
    sign_with(request, credentials, region, now, &KeyCache::default())
}

/// Like [`sign`], with a cache for the signing key of the day.
pub(crate) fn sign_with(
    request: &mut Request<Bytes>,
    credentials: &Credentials,
    region: &str,
    now: SystemTime,
    cache: &KeyCache,
) -> Result<(), SignError> {
    // Do everything that can fail before the request is changed.
    let time = Timestamp::new(now)?;
    check_region(region)?;
    let token = check_credentials(credentials)?;
    check_headers(request.headers())?;
    let host = if request.headers().contains_key(HOST) {
        None
    } else {
        Some(host_header(request.uri())?)
    };
    let headers = request.headers_mut();
    // The date and the authorization are always inserted.
    let additional = [true, true, host.is_some(), token.is_some()];
    let additional = additional.into_iter().filter(|it| *it).count();
    headers
        .try_reserve(additional)
        .map_err(|_| SignError::TooManyHeaders)?;

    if let Some(host) = host {
        insert(headers, HOST, host)?;
    }
    insert(headers, DATE, time.header()?)?;
    match token {
        Some(token) => insert(headers, TOKEN, token)?,
        None => drop(headers.remove(TOKEN)),
    }
    let key = cache.key(credentials, time.date, region, now);
    let authorization = authorization(request, credentials.access_key_id(), region, &time, &key)?;
    insert(request.headers_mut(), AUTHORIZATION, authorization)
}

/// Checks a region with [`is_valid_region`].
pub(crate) fn check_region(region: &str) -> Result<(), SignError> {
    if is_valid_region(region) {
        return Ok(());
    }
    Err(SignError::InvalidRegion {
        region: region.chars().take(64).collect(),
    })
}

/// Checks the credentials, and returns the header for the session token.
fn check_credentials(credentials: &Credentials) -> Result<Option<HeaderValue>, SignError> {
    // A comma or slash in the id would change the meaning of the header `authorization`.
    let id = credentials.access_key_id();
    if !is_visible(id) || id.contains([',', '/']) {
        return Err(SignError::InvalidAccessKeyId);
    }
    if !is_visible(credentials.secret_access_key()) {
        return Err(SignError::InvalidSecretAccessKey);
    }
    let Some(token) = credentials.session_token() else {
        return Ok(None);
    };
    if !is_visible(token) {
        return Err(SignError::InvalidSessionToken);
    }
    let mut header = HeaderValue::from_str(token).map_err(|_| SignError::InvalidSessionToken)?;
    header.set_sensitive(true);
    Ok(Some(header))
}

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn check_headers(headers: &HeaderMap) -> Result<(), SignError> {
    for (name, value) in headers {
        let is_replaced = *name == DATE || *name == TOKEN;
        if str::from_utf8(value.as_bytes()).is_err() && canonical::is_signed(name) && !is_replaced {
            return Err(SignError::UnsignableHeader(name.clone()));
        }
    }
    Ok(())
}

/// The host and port as botocore, hyper and ureq send them: in lower case, without the user name, and without the
/// default port of the scheme.
fn host_header(uri: &Uri) -> Result<HeaderValue, SignError> {
    let authority = uri.authority().ok_or(SignError::MissingAuthority)?;
    let host = authority.host();
    if host.is_empty() {
        return Err(SignError::MissingAuthority);
    }
    let host_and_port = authority.as_str().rsplit('@').next().unwrap_or_default();
    let port = match host_and_port
        .strip_prefix(host)
        .and_then(|rest| rest.strip_prefix(':'))
    {
        None | Some("") => None,
        Some(port) => Some(port.parse::<u16>().map_err(|_| SignError::InvalidPort)?),
    };
    let sent = match (uri.scheme_str(), port) {
        (_, None) | (Some("http"), Some(80)) | (Some("https"), Some(443)) => host,
        _ => host_and_port,
    };
    let header = if sent.bytes().any(|byte| byte.is_ascii_uppercase()) {
        HeaderValue::from_str(&sent.to_ascii_lowercase())
    } else {
        HeaderValue::from_str(sent)
    };
    header.map_err(|_| SignError::MissingAuthority)
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) -> Result<(), SignError> {
    headers
        .try_insert(name, value)
        .map(drop)
        .map_err(|_| SignError::TooManyHeaders)
}

/// Computes the signature and the header that contains it.
fn authorization(
    request: &Request<Bytes>,
    access_key_id: &str,
    region: &str,
    time: &Timestamp,
    key: &[u8; 32],
) -> Result<HeaderValue, SignError> {
    let names = canonical::signed_names(request.headers());
    // One buffer for the canonical request, the string to sign and the header. Most requests fit without growing it.
    let mut text = Vec::with_capacity(1024);
    canonical::write(request, &names, &mut text);
    let hash = canonical::hex(Sha256::digest(&text).into());
    let scope: [&[u8]; 7] = [
        &time.date,
        b"/",
        region.as_bytes(),
        b"/",
        SERVICE.as_bytes(),
        b"/",
        TERMINATOR,
    ];

    text.clear();
    append(&mut text, &[ALGORITHM, b"\n", &time.text, b"\n"]);
    append(&mut text, &scope);
    append(&mut text, &[b"\n", &hash]);
    let signature = calculate_signature(key, &text);

    text.clear();
    let id = access_key_id.as_bytes();
    append(&mut text, &[ALGORITHM, b" Credential=", id, b"/"]);
    append(&mut text, &scope);
    append(&mut text, &[b", SignedHeaders="]);
    canonical::write_names(&names, &mut text);
    append(&mut text, &[b", Signature=", signature.as_bytes()]);

    // Only the id can be invalid: all other parts are checked or written here.
    let mut header = HeaderValue::from_bytes(&text).map_err(|_| SignError::InvalidAccessKeyId)?;
    header.set_sensitive(true);
    Ok(header)
}

fn append(text: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        text.extend_from_slice(part);
    }
}

/// A time in the formats of signatures.
struct Timestamp {
    /// `YYYYMMDD`
    date: [u8; 8],
    /// `YYYYMMDDTHHMMSSZ`
    text: [u8; 16],
}

impl Timestamp {
    fn new(time: SystemTime) -> Result<Self, SignError> {
        let since = time
            .duration_since(UNIX_EPOCH)
            .map_err(|_| SignError::TimeOutOfRange)?;
        let seconds = i64::try_from(since.as_secs()).map_err(|_| SignError::TimeOutOfRange)?;
        let time =
            OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| SignError::TimeOutOfRange)?;
        let year = u16::try_from(time.year()).map_err(|_| SignError::TimeOutOfRange)?;
        // The `time` crate supports years beyond 9999 if any other crate enables a feature.
        let century = u8::try_from(year / 100)
            .ok()
            .filter(|century| *century < 100)
            .ok_or(SignError::TimeOutOfRange)?;
        let year_of_century = u8::try_from(year % 100).unwrap_or_default();
        let [[c, e], [y, r]] = [century, year_of_century].map(two_digits);
        let [[m, n], [d, a]] = [time.month().into(), time.day()].map(two_digits);
        let [[h, o], [i, j], [s, t]] = [time.hour(), time.minute(), time.second()].map(two_digits);
        Ok(Self {
            date: [c, e, y, r, m, n, d, a],
            text: [c, e, y, r, m, n, d, a, b'T', h, o, i, j, s, t, b'Z'],
        })
    }

    fn header(&self) -> Result<HeaderValue, SignError> {
        HeaderValue::from_bytes(&self.text).map_err(|_| SignError::TimeOutOfRange)
    }
}

/// Decimal digits of a number below 100.
fn two_digits(number: u8) -> [u8; 2] {
    [number / 10, number % 10].map(|digit| digit | b'0')
}
