//! Requests that cannot be signed: the error shows no secret, and the request is unchanged.

#![cfg(feature = "sigv4")]

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Request, Uri};
use neptunedata::{Credentials, sign, signing::SignError};
use proptest::prelude::*;

const EPOCH: SystemTime = SystemTime::UNIX_EPOCH;
const SECRET: &str = "c4n4ry/secret";
const TOKEN: &str = "c4n4ry/token";

fn at(seconds: u64) -> SystemTime {
    EPOCH + Duration::from_secs(seconds)
}

fn request(uri: &str) -> Request<Bytes> {
    Request::get(uri).body(Bytes::new()).expect("request")
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).with_session_token(TOKEN)
}

fn refusal(
    request: &mut Request<Bytes>,
    credentials: &Credentials,
    region: &str,
    now: SystemTime,
) -> SignError {
    let before = request.clone();
    let error = sign(request, credentials, region, now).expect_err("refused");
    assert_eq!(request.headers(), before.headers(), "changed by {error}");
    for text in [
        format!("{error}"),
        format!("{error:?}"),
        format!("{error:#?}"),
    ] {
        assert!(!text.contains("c4n4ry"), "{text}");
    }
    error
}

#[test]
fn times_that_have_no_date_are_rejected() {
    let last = 253_402_300_799;
    let mut far = vec![EPOCH - Duration::from_nanos(1), at(last + 1)];
    for seconds in [i64::MAX as u64, u64::MAX, 1 << 40] {
        far.extend(EPOCH.checked_add(Duration::from_secs(seconds)));
        far.extend(EPOCH.checked_sub(Duration::from_secs(seconds)));
    }
    for now in far {
        let error = refusal(&mut request("http://h/"), &credentials(), "us-east-1", now);
        assert_eq!(error, SignError::TimeOutOfRange);
    }
    for (now, date) in [
        (EPOCH, "19700101T000000Z"),
        (at(951_782_400), "20000229T000000Z"),
        (at(last), "99991231T235959Z"),
        (
            at(last) + Duration::from_nanos(999_999_999),
            "99991231T235959Z",
        ),
    ] {
        let mut request = request("http://h/");
        sign(&mut request, &credentials(), "us-east-1", now).expect("signed");
        assert_eq!(request.headers()["x-amz-date"], date);
    }
}

#[test]
fn regions_that_are_not_host_labels_are_rejected() {
    for region in [
        "",
        "us east",
        "us-east-1\n",
        "us/east",
        "123",
        "-a",
        "\u{e9}",
    ] {
        let error = refusal(&mut request("http://h/"), &credentials(), region, EPOCH);
        assert_eq!(
            error,
            SignError::InvalidRegion {
                region: region.to_owned()
            }
        );
    }
    let long = "\u{e9}".repeat(1000);
    let error = refusal(&mut request("http://h/"), &credentials(), &long, EPOCH);
    assert_eq!(
        error,
        SignError::InvalidRegion {
            region: "\u{e9}".repeat(64)
        }
    );
}

#[test]
fn credentials_with_invalid_characters_are_rejected() {
    let refused =
        |credentials| refusal(&mut request("http://h/"), &credentials, "us-east-1", EPOCH);
    for id in [
        "", "AKID\n", "AK ID", "AK/ID", "AK,ID", "AK\0ID", "AK\u{7f}", "AK\u{e9}",
    ] {
        assert_eq!(
            refused(Credentials::new(id, SECRET)),
            SignError::InvalidAccessKeyId,
            "{id:?}"
        );
    }
    for secret in ["", "c4n4ry\n", "c4n4ry c4n4ry", "c4n4ry\0", "c4n4ry\u{e9}"] {
        let error = refused(Credentials::new("AKID", secret));
        assert_eq!(error, SignError::InvalidSecretAccessKey, "{secret:?}");
    }
    for token in ["c4n4ry\r\n", "c4n4ry c4n4ry", "c4n4ry\0", "c4n4ry\u{e9}"] {
        let error = refused(Credentials::new("AKID", SECRET).with_session_token(token));
        assert_eq!(error, SignError::InvalidSessionToken, "{token:?}");
    }
}

#[test]
fn a_request_without_a_host_is_refused() {
    for uri in ["/status", "*"] {
        let error = refusal(&mut request(uri), &credentials(), "us-east-1", EPOCH);
        assert_eq!(error, SignError::MissingAuthority, "{uri}");
    }
    for uri in ["http://h:65536/", "http://h:99999999999/"] {
        let error = refusal(&mut request(uri), &credentials(), "us-east-1", EPOCH);
        assert_eq!(error, SignError::InvalidPort, "{uri}");
    }
    let mut request = request("/status");
    request
        .headers_mut()
        .insert("host", HeaderValue::from_static("db.example.com:8182"));
    sign(&mut request, &credentials(), "us-east-1", EPOCH).expect("the header is enough");
}

#[test]
fn a_signed_header_that_is_not_utf_8_is_refused() {
    let bytes = HeaderValue::from_bytes(b"c4n4ry\xff").expect("header");
    let mut refused = request("http://h/");
    refused
        .headers_mut()
        .append("x-note", HeaderValue::from_static("fine"));
    refused.headers_mut().append("x-note", bytes.clone());
    let error = refusal(&mut refused, &credentials(), "us-east-1", EPOCH);
    assert_eq!(
        error,
        SignError::UnsignableHeader(HeaderName::from_static("x-note"))
    );

    // These are not signed, or replaced.
    let mut taken = request("http://h/");
    for name in [
        "user-agent",
        "authorization",
        "x-amz-date",
        "x-amz-security-token",
    ] {
        taken.headers_mut().append(name, bytes.clone());
    }
    sign(
        &mut taken,
        &Credentials::new("AKID", SECRET),
        "us-east-1",
        EPOCH,
    )
    .expect("signed");
    assert!(!taken.headers().contains_key("x-amz-security-token"));
}

#[test]
fn a_full_header_map_is_rejected() {
    let mut full = request("http://h/");
    for number in 0.. {
        let name = HeaderName::try_from(format!("x-{number}")).expect("name");
        if full
            .headers_mut()
            .try_insert(name, HeaderValue::from_static("1"))
            .is_err()
        {
            break;
        }
    }
    let error = refusal(&mut full, &credentials(), "us-east-1", EPOCH);
    assert_eq!(error, SignError::TooManyHeaders);
}

#[test]
fn the_host_is_signed_as_it_is_sent() {
    for (uri, host) in [
        ("https://Db.Example.COM:8182/", "db.example.com:8182"),
        ("https://h:443/", "h"),
        ("https://h:0443/", "h"),
        ("https://h:80/", "h:80"),
        ("http://h:80/", "h"),
        ("http://h:443/", "h:443"),
        ("http://h:/", "h"),
        ("http://h:08182/", "h:08182"),
        ("http://user:word@h:8182/", "h:8182"),
        ("http://[::1]:8182/", "[::1]:8182"),
        ("https://[2001:DB8::1]/", "[2001:db8::1]"),
    ] {
        let mut request = request(uri);
        sign(&mut request, &credentials(), "us-east-1", EPOCH).expect(uri);
        assert_eq!(request.headers()["host"], host, "{uri}");
    }
}

#[test]
fn signing_again_equals_signing_afresh() {
    let fresh = |credentials: &Credentials, region, now| {
        let mut request = request("https://h:8182/status?b=1&a=2");
        sign(&mut request, credentials, region, now).expect("signed");
        request
    };
    let other = Credentials::new("AKIDOTHER", "other");
    let mut request = fresh(&credentials(), "us-east-1", at(1_440_938_160));
    for (credentials, region, now) in [
        (&credentials(), "us-east-1", at(1_440_938_160)),
        (&credentials(), "us-east-1", at(1_540_938_160)),
        (&other, "eu-west-1", at(1_540_938_160)),
        (&credentials(), "eu-west-1", EPOCH),
    ] {
        sign(&mut request, credentials, region, now).expect("signed");
        assert_eq!(request.headers(), fresh(credentials, region, now).headers());
    }
}

#[test]
fn debug_of_a_signed_request_hides_signature_and_token() {
    let mut request = request("https://h:8182/status");
    sign(&mut request, &credentials(), "us-east-1", EPOCH).expect("signed");
    assert_eq!(request.headers()["x-amz-security-token"], TOKEN);
    for text in [format!("{request:?}"), format!("{:#?}", request.headers())] {
        assert!(
            !text.contains("c4n4ry") && !text.contains("Signature="),
            "{text}"
        );
    }
    assert!(!format!("{:?} {:#?}", credentials(), credentials()).contains("c4n4ry"));
}

fn any_uri() -> impl Strategy<Value = Uri> {
    prop_oneof![
        "\\PC{0,40}",
        "[!-~\u{e9}]{0,40}",
        "(https?|HTTP|ws)://[A-Za-z0-9:@.\\[\\]%,;=]{0,20}[/?][!-~]{0,30}",
        "/[/.%a?&=+\u{e9}]{0,30}",
        "[a-z.]{1,9}(:[0-9]{0,7})?",
        Just("*".to_owned()),
    ]
    .prop_map(|text| text.parse().unwrap_or_default())
}

fn any_header() -> impl Strategy<Value = (HeaderName, HeaderValue)> {
    let name = prop_oneof![
        "[a-zA-Z!#$%&'*+.^_`|~0-9-]{1,12}",
        prop::sample::select(vec![
            "host",
            "authorization",
            "x-amz-date",
            "x-amz-security-token",
            "te"
        ])
        .prop_map(str::to_owned),
    ];
    let byte = prop_oneof![b' '..=b'~', 0x80..=0xff_u8, Just(b' '), Just(b'\t')];
    let value = prop::collection::vec(byte, 0..20);
    (name, value).prop_map(|(name, value)| {
        (
            HeaderName::try_from(name).expect("name"),
            HeaderValue::from_bytes(&value).expect("value"),
        )
    })
}

fn any_time() -> impl Strategy<Value = SystemTime> {
    let seconds = prop_oneof![
        any::<u64>(),
        0..500_000_000_000u64,
        Just(i64::MAX as u64),
        Just(u64::MAX)
    ];
    (seconds, 0..1_000_000_000u32, any::<bool>()).prop_map(|(seconds, nanos, after)| {
        let offset = Duration::new(seconds, nanos);
        let time = if after {
            EPOCH.checked_add(offset)
        } else {
            EPOCH.checked_sub(offset)
        };
        time.unwrap_or(EPOCH)
    })
}

fn any_text(likely: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just(likely.to_owned()),
        1 => any::<String>(),
        1 => "[\\x00-\\x7f]{0,12}",
        1 => "[!-~]{0,80}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn nothing_panics(
        method in "[A-Za-z!#$%&'*+.^_`|~0-9-]{1,12}",
        uri in any_uri(),
        headers in prop::collection::vec(any_header(), 0..6),
        body in prop::collection::vec(any::<u8>(), 0..50),
        id in any_text("AKIDEXAMPLE"),
        secret in any_text(SECRET),
        token in prop::option::of(any_text(TOKEN)),
        region in any_text("us-east-1"),
        now in any_time(),
    ) {
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = method.parse().expect("method");
        *request.uri_mut() = uri;
        request.headers_mut().extend(headers.into_iter().map(|(name, value)| (Some(name), value)));
        let mut credentials = Credentials::new(id, secret);
        if let Some(token) = token {
            credentials = credentials.with_session_token(token);
        }

        let before = request.clone();
        match sign(&mut request, &credentials, &region, now) {
            Ok(()) => {
                for name in ["authorization", "x-amz-date", "host"] {
                    prop_assert!(request.headers().contains_key(name));
                }
                prop_assert!(request.headers()["authorization"].is_sensitive());
                let token = request.headers().get("x-amz-security-token");
                prop_assert_eq!(token.map(HeaderValue::as_bytes), credentials.session_token().map(str::as_bytes));
            }
            Err(error) => {
                prop_assert!(!error.to_string().is_empty());
                prop_assert_eq!(request.headers(), before.headers());
            }
        }
    }
}
