//! Checks signatures as a cluster with IAM authentication does.
//!
//! It is written only from the [description of Signature Version
//! 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html) and shares nothing
//! with a client, so that both cannot have the same mistake. The error texts are those of [IAM errors in
//! Neptune](https://docs.aws.amazon.com/neptune/latest/userguide/errors-engine-codes.html).

use std::time::SystemTime;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, header};
use sha2::Sha256;

use self::authorization::Authorization;
use crate::clock::Calendar;
use crate::config::Identity;

mod authorization;
mod canonical;

/// The service name in signatures for Neptune's data API.
const SERVICE: &str = "neptune-db";
/// The maximum difference between the time of a signature and the server's clock, in seconds.
const WINDOW: u64 = 5 * 60;
const DATE: &str = "x-amz-date";
const TOKEN: &str = "x-amz-security-token";

pub(crate) const NO_TOKEN: &str = "Missing Authentication Token";
pub(crate) const INVALID_TOKEN: &str = "The security token included in the request is invalid.";
pub(crate) const EXPIRED_TOKEN: &str = "The security token included in the request is expired";
pub(crate) const WRONG_SIGNATURE: &str = "The request signature we calculated does not match the signature you provided. \
    Check your AWS Secret Access Key and signing method. Consult the service documentation for details. \
    Host header is missing or hostname is incorrect.";

/// The access key of a valid signature, or why the request is refused.
pub(crate) fn verify(
    identities: &[Identity],
    region: &str,
    request: &http::Request<Bytes>,
    wall: SystemTime,
) -> Result<String, String> {
    let Some(header) = request.headers().get(header::AUTHORIZATION) else {
        return Err(NO_TOKEN.to_owned());
    };
    let authorization = Authorization::parse(header.to_str().unwrap_or_default())?;
    check_signed_headers(&authorization, request)?;
    check_scope(&authorization, region)?;
    let date = text_of(request.headers(), DATE).unwrap_or_default();
    let signed_at = Calendar::parse_basic(date)
        .ok_or_else(|| format!("Date must be in ISO-8601 'basic format'. Got '{date}'."))?;
    check_scope_date(&authorization, date)?;
    check_clock(signed_at, Calendar::of(wall))?;
    let identity = check_identity(
        &authorization,
        identities,
        text_of(request.headers(), TOKEN),
    )?;
    check_signature(&authorization, identity, date, request)?;
    Ok(identity.access_key.clone())
}

/// The text of a header; empty if it is not ASCII.
fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get(name)
        .map(|value| value.to_str().unwrap_or_default())
}

/// The text as an error, unless the condition is true.
fn ensure(condition: bool, text: impl FnOnce() -> String) -> Result<(), String> {
    if condition { Ok(()) } else { Err(text()) }
}

fn check_signed_headers(
    authorization: &Authorization<'_>,
    request: &http::Request<Bytes>,
) -> Result<(), String> {
    for name in authorization.signed_headers() {
        ensure(canonical::has_header(request, name), || {
            format!(
                "'{name}' is named as a SignedHeader, but it does not exist in the HTTP request"
            )
        })?;
    }
    let has_token = request.headers().contains_key(TOKEN);
    let must_be_signed = [header::HOST.as_str(), DATE]
        .into_iter()
        .chain(has_token.then_some(TOKEN));
    for name in must_be_signed {
        let signed = authorization.signed_headers().any(|signed| signed == name);
        ensure(signed, || {
            format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.")
        })?;
    }
    Ok(())
}

fn check_scope(authorization: &Authorization<'_>, region: &str) -> Result<(), String> {
    let Authorization {
        region: given,
        service,
        terminator,
        ..
    } = *authorization;
    ensure(given == region, || {
        format!("Credential should be scoped to a valid Region, not '{given}'.")
    })?;
    ensure(service == SERVICE, || {
        format!("Credential should be scoped to correct service: '{SERVICE}'.")
    })?;
    ensure(terminator == "aws4_request", || {
        format!(
            "Credential should be scoped with a valid terminator: 'aws4_request', not '{terminator}'."
        )
    })
}

fn check_scope_date(authorization: &Authorization<'_>, date: &str) -> Result<(), String> {
    let (given, day) = (authorization.date, date.get(..8).unwrap_or_default());
    ensure(given == day, || {
        format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
             '{given}' != '{day}', from '{date}'."
        )
    })
}

fn check_clock(signed_at: Calendar, now: Calendar) -> Result<(), String> {
    let seconds = signed_at.seconds();
    ensure(seconds >= earliest(now).seconds(), || {
        expired(signed_at, now)
    })?;
    ensure(seconds <= latest(now).seconds(), || {
        not_yet_current(signed_at, now)
    })
}

fn earliest(now: Calendar) -> Calendar {
    Calendar::of_seconds(now.seconds().saturating_sub(WINDOW))
}

fn latest(now: Calendar) -> Calendar {
    Calendar::of_seconds(now.seconds().saturating_add(WINDOW))
}

pub(crate) fn expired(signed_at: Calendar, now: Calendar) -> String {
    format!(
        "Signature expired: {} is now earlier than {} ({} - 5 min.)",
        signed_at.basic(),
        earliest(now).basic(),
        now.basic()
    )
}

pub(crate) fn not_yet_current(signed_at: Calendar, now: Calendar) -> String {
    format!(
        "Signature not yet current: {} is still later than {} ({} + 5 min.)",
        signed_at.basic(),
        latest(now).basic(),
        now.basic()
    )
}

/// The time at which the request says that it was signed.
pub(crate) fn signed_at(headers: &HeaderMap) -> Option<Calendar> {
    Calendar::parse_basic(text_of(headers, DATE)?)
}

fn check_identity<'a>(
    authorization: &Authorization<'_>,
    identities: &'a [Identity],
    token: Option<&str>,
) -> Result<&'a Identity, String> {
    let known = identities.iter().find(|identity| {
        identity.access_key == authorization.access_key
            && identity.session_token.as_deref() == token
    });
    match known {
        None => Err(INVALID_TOKEN.to_owned()),
        Some(identity) if identity.expired => Err(EXPIRED_TOKEN.to_owned()),
        Some(identity) => Ok(identity),
    }
}

fn check_signature(
    authorization: &Authorization<'_>,
    identity: &Identity,
    date: &str,
    request: &http::Request<Bytes>,
) -> Result<(), String> {
    let canonical_request = canonical::request(request, authorization);
    let string_to_sign = format!(
        "AWS4-HMAC-SHA256\n{date}\n{}\n{}",
        authorization.scope(),
        canonical::sha256_hex(&canonical_request)
    );
    let mut key = format!("AWS4{}", identity.secret_key).into_bytes();
    let parts = [
        authorization.date,
        authorization.region,
        authorization.service,
        authorization.terminator,
    ];
    for part in parts {
        key = hmac(&key, part.as_bytes());
    }
    let signature = canonical::hex(&hmac(&key, string_to_sign.as_bytes()));
    ensure(signature == authorization.signature, || {
        WRONG_SIGNATURE.to_owned()
    })
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC accepts keys of any length. If it did not, the empty result would match no signature.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}
