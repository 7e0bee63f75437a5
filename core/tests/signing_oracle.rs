//! Compares signatures with those of the AWS SDK for Rust, over arbitrary requests.
//!
//! Its settings are the defaults, but for the list of headers that are not signed. Two things are kept out of the
//! requests, because there we differ on purpose: tabs in header values (spaces to us and to botocore, left alone there),
//! and authorities that are not sent as written (capitals, a user name, an empty port, a default port with leading zeros:
//! we sign the `host` header that we set, and it signs the authority).

#![cfg(feature = "sigv4")]

#[path = "support/sdk.rs"]
mod sdk;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Uri};
use neptunedata::{Credentials, sign};
use proptest::prelude::*;

use sdk::{NOT_SIGNED, oracle};

/// The end of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

fn host() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        "[a-z0-9]{1,8}(\\.[a-z0-9-]{1,8}){0,3}",
        Just("127.0.0.1".to_owned()),
        Just("[::1]".to_owned()),
        Just("[fe80::1:2]".to_owned()),
    ];
    let port = prop_oneof![
        Just(String::new()),
        Just(":80".to_owned()),
        Just(":443".to_owned()),
        Just(":8182".to_owned()),
        (0..=u16::MAX).prop_map(|port| format!(":{port}")),
    ];
    (name, port).prop_map(|(name, port)| name + &port)
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        4 => "[a-zA-Z0-9._~-]{0,6}",
        1 => Just(".".to_owned()),
        1 => Just("..".to_owned()),
        1 => Just("...".to_owned()),
        1 => Just(String::new()),
        2 => "(%[0-9a-fA-F]{2}|[a-z]){0,5}",
        2 => "[!$%&'()*+,:;=@{}|\"a\u{e9}\u{1f600}\\[\\]^`<>\\\\]{0,5}",
    ];
    prop::collection::vec(segment, 0..7)
        .prop_map(|segments| segments.iter().map(|one| format!("/{one}")).collect())
}

fn query() -> impl Strategy<Value = Option<String>> {
    let text = prop_oneof![
        3 => "[a-c0-9._~-]{0,3}",
        2 => "(%[0-7][0-9a-fA-F]|[a-c]){0,4}",
        1 => "(%[0-9a-fA-F]{2}){0,4}",
        1 => "(%C3%A9|%c3%a9|%F0%9F%98%80|%41|%7e|%zz|%|%2){0,3}",
        1 => "[+%=/?:@!$'()*,;\u{e9}\u{fffd}{}|^`\\\\\\[\\]]{0,4}",
    ];
    let pair =
        (text.clone(), prop::option::weighted(0.8, text)).prop_map(|(name, value)| match value {
            Some(value) => format!("{name}={value}"),
            None => name,
        });
    let pairs = (prop::collection::vec(pair, 0..6), any::<bool>())
        .prop_map(|(pairs, trailing)| pairs.join("&") + if trailing { "&" } else { "" });
    prop::option::of(pairs)
}

fn header() -> impl Strategy<Value = (String, String)> {
    let mut names: Vec<String> = [
        "accept",
        "accept-encoding",
        "content-type",
        "cookie",
        "date",
        "range",
        "x-a",
        "x-amz-content-sha256",
        "x-amz-target",
        "x-amz-user-agent",
        "x_a",
    ]
    .map(str::to_owned)
    .into();
    names.extend(NOT_SIGNED.map(str::to_owned));
    let name = prop_oneof![3 => "[a-z!#$%&'*+.^_`|~0-9-]{1,8}", 3 => prop::sample::select(names)];
    let value = prop_oneof![
        "[ a-c,;=\u{e9}\u{a0}\u{2003}\u{1f600}\u{85}]{0,12}",
        "[ -~]{0,20}",
        " {0,3}"
    ];
    (name, value)
}

prop_compose! {
    fn request()(
        method in prop_oneof![
            prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "OPTIONS"]).prop_map(str::to_owned),
            "[A-Za-z!#$%&'*+.^_`|~-]{1,9}",
        ],
        uri in (prop_oneof!["http", "https"], host(), path(), query()).prop_filter_map(
            "not a URI",
            |(scheme, host, path, query)| {
                let query = query.map(|query| format!("?{query}")).unwrap_or_default();
                format!("{scheme}://{host}{path}{query}").parse::<Uri>().ok()
            },
        ),
        host in prop::option::weighted(0.3, "[a-z. ]{0,9}(:[0-9]{1,5})?"),
        headers in prop::collection::vec(header(), 0..8),
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) -> Request<Bytes> {
        let mut builder = Request::builder().method(method.as_str()).uri(uri);
        if let Some(host) = host {
            builder = builder.header("host", host);
        }
        for (name, value) in headers {
            builder = builder.header(name, value.as_bytes());
        }
        builder.body(Bytes::from(body)).expect("request")
    }
}

prop_compose! {
    fn credentials()(
        id in "[!-+\\--.0-~]{1,30}",
        secret in "[!-~]{1,60}",
        token in prop::option::of("[!-~]{1,200}"),
    ) -> Credentials {
        let credentials = Credentials::new(id, secret);
        match token {
            Some(token) => credentials.with_session_token(token),
            None => credentials,
        }
    }
}

fn region() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("us-east-1".to_owned()),
        "[a-zA-Z][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]"
    ]
}

fn time() -> impl Strategy<Value = SystemTime> {
    let seconds = prop_oneof![
        0..=LAST_SECOND,
        0..4_000_000_000u64,
        Just(0u64),
        Just(LAST_SECOND)
    ];
    (seconds, 0..1_000_000_000u32)
        .prop_map(|(seconds, nanos)| SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn signatures_equal_the_sdks(
        request in request(),
        credentials in credentials(),
        region in region(),
        now in time(),
    ) {
        let expected = oracle(&request, &credentials, &region, now);
        let mut signed = request.clone();
        sign(&mut signed, &credentials, &region, now).expect("signature");

        for name in ["authorization", "x-amz-date", "x-amz-security-token"] {
            let [ours, theirs] = [&signed, &expected].map(|one| {
                let values = one.headers().get_all(name).iter();
                values.map(|value| value.to_str().expect("ASCII")).collect::<Vec<_>>()
            });
            prop_assert_eq!(ours, theirs, "{} of {:?}", name, request);
        }
        prop_assert_eq!(signed.method(), request.method());
        prop_assert_eq!(signed.uri(), request.uri());
        prop_assert_eq!(signed.body(), request.body());
        let hashes = |one: &Request<Bytes>| one.headers().get_all("x-amz-content-sha256").iter().count();
        prop_assert_eq!(hashes(&signed), hashes(&request));

        let mut again = signed.clone();
        sign(&mut again, &credentials, &region, now).expect("signature");
        prop_assert_eq!(again.headers(), signed.headers());
    }
}
