//! Signatures for Bolt and WebSockets: against numbers computed apart from this crate, with nothing but
//! HMAC and SHA-256 by the rules of Signature Version 4, and against the AWS SDK for Rust.

#![cfg(feature = "sigv4")]

#[path = "support/sdk.rs"]
mod sdk;

use std::time::{Duration, SystemTime};

use neptunedata::{
    Credentials, Endpoint,
    signing::{BoltOptions, BoltToken, SignError, bolt_token, websocket_request},
};
use proptest::prelude::*;
use serde_json::{Value, json};

const HOST: &str = "my-db.cluster-abc.us-east-1.neptune.amazonaws.com";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLE==";

/// 2015-08-30T12:36:00Z
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

fn long_lived() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET)
}

fn temporary() -> Credentials {
    long_lived().with_session_token(TOKEN)
}

fn endpoint() -> Endpoint {
    Endpoint::parse(HOST).unwrap()
}

fn authorization(signature: &str, names: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/neptune-db/aws4_request, \
         SignedHeaders={names}, Signature={signature}"
    )
}

const NAMES: &str = "host;x-amz-date";
const NAMES_WITH_TOKEN: &str = "host;x-amz-date;x-amz-security-token";

#[test]
fn bolt_tokens_have_these_signatures() {
    let new = BoltOptions::new();
    for (options, with_port, signature, signature_with_token) in [
        (
            new,
            true,
            "874361aaf58e34b6838a5b7e1967e0b672a89f38d439ed41741bf5d50e59c895",
            "cfa3dea8470081942222f0df84c2e4ede6bd6f647309d9ba95faf1a6c31d4a6c",
        ),
        (
            new.without_path(),
            true,
            "87eaff0eb7178db1ae313468c2ff75be8630c9d344a068e55b7206fb56fc8844",
            "4c4fefc474da2e0dc22049681f58448f9f49a6c48690d7a8ddd32965ea9eaced",
        ),
        (
            new.without_port(),
            false,
            "85a851ca7a13cab0fcb918a6c98ade3223652dfc16108d03bcc1f3d955bb8fa4",
            "f6e1f8f719e8e017eb742a00c65cdf2031ecaf807e29d68740d63d5f12b3ab1d",
        ),
        (
            new.without_port().without_path(),
            false,
            "1dbbee0393db94f66d0877d99ca0791657c5d9a46d9e453215a7279f199fe687",
            "8728fb7383953b1a54467bce67237bd6bfef4acb315e6b39e858c0872fc72e8c",
        ),
    ] {
        let host = if with_port {
            format!("{HOST}:8182")
        } else {
            HOST.to_owned()
        };
        let token = bolt_token(&endpoint(), &long_lived(), "us-east-1", now(), options).unwrap();
        // Byte by byte: there is no member for a token that is not there.
        let expected = format!(
            r#"{{"Authorization":"{}","HttpMethod":"GET","X-Amz-Date":"20150830T123600Z","Host":"{host}"}}"#,
            authorization(signature, NAMES),
        );
        assert_eq!(token.credentials(), expected);

        let token = bolt_token(&endpoint(), &temporary(), "us-east-1", now(), options).unwrap();
        let json: Value = serde_json::from_str(&token.into_credentials()).unwrap();
        let expected = json!({
            "Authorization": authorization(signature_with_token, NAMES_WITH_TOKEN),
            "HttpMethod": "GET",
            "X-Amz-Date": "20150830T123600Z",
            "Host": host,
            "X-Amz-Security-Token": TOKEN,
        });
        assert_eq!(json, expected);
    }
}

#[test]
fn handshakes_have_these_signatures() {
    let request = websocket_request(&endpoint(), &long_lived(), "us-east-1", now()).unwrap();
    assert_eq!(request.method(), "GET");
    assert_eq!(
        request.uri().to_string(),
        format!("wss://{HOST}:8182/gremlin")
    );
    let signature = "4c356ac1b383a6ee432adc7d9be60773736d62f769296502c0b25747e051200f";
    let mut expected = vec![
        ("authorization".to_owned(), authorization(signature, NAMES)),
        ("host".to_owned(), format!("{HOST}:8182")),
        ("x-amz-date".to_owned(), "20150830T123600Z".to_owned()),
    ];
    assert_eq!(headers(&request), expected);

    let request = websocket_request(&endpoint(), &temporary(), "us-east-1", now()).unwrap();
    let signature = "f2238adeb11752f5d3f72a31f12e610f9c5dcf363a8d8863ad29a1158f6593e0";
    expected[0].1 = authorization(signature, NAMES_WITH_TOKEN);
    expected.push(("x-amz-security-token".to_owned(), TOKEN.to_owned()));
    assert_eq!(headers(&request), expected);
}

#[test]
fn endpoints_of_both_protocols() {
    // A path before the operations' own is one of HTTP; the port of the scheme is left out.
    let endpoint = Endpoint::parse("https://db.example.com:443/base").unwrap();
    let request = websocket_request(&endpoint, &long_lived(), "us-east-1", now()).unwrap();
    assert_eq!(request.uri(), "wss://db.example.com/base/gremlin");
    let signature = "47eec63bcfd5500da3ac6d4cdd02b62413a45ac2f6ad6d9b06b5e73280c0ea2b";
    assert_eq!(
        request.headers()["authorization"],
        authorization(signature, NAMES)
    );
    let plain = Endpoint::parse("http://[::1]:8182").unwrap();
    let request = websocket_request(&plain, &long_lived(), "us-east-1", now()).unwrap();
    assert_eq!(request.uri(), "ws://[::1]:8182/gremlin");

    let options = BoltOptions::default().without_port();
    let token = bolt_token(&plain, &long_lived(), "us-east-1", now(), options).unwrap();
    let json: Value = serde_json::from_str(token.credentials()).unwrap();
    assert_eq!(json["Host"], "[::1]");
    let signature = "c0b429e945b53b1b16e52d9f5bad6b1b3367b2c25f987ad6653c9e51eef0614a";
    assert_eq!(json["Authorization"], authorization(signature, NAMES));
    let token = bolt_token(
        &endpoint,
        &long_lived(),
        "us-east-1",
        now(),
        BoltOptions::new(),
    );
    let with_base: Value = serde_json::from_str(token.unwrap().credentials()).unwrap();
    assert_eq!(with_base["Host"], "db.example.com");
}

#[test]
fn requests_that_cannot_be_signed_are_rejected() {
    let broken = Credentials::new("AKIDEXAMPLE", SECRET).with_session_token("a\nb");
    let early = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    let region = |text: &str| SignError::InvalidRegion {
        region: text.to_owned(),
    };
    for (credentials, of_region, now, expected) in [
        (&broken, "us-east-1", now(), SignError::InvalidSessionToken),
        (&long_lived(), "us-east-1", early, SignError::TimeOutOfRange),
        (&long_lived(), "a/b", now(), region("a/b")),
        (&long_lived(), "", now(), region("")),
    ] {
        let options = BoltOptions::new();
        let bolt = bolt_token(&endpoint(), credentials, of_region, now, options);
        assert_eq!(bolt.unwrap_err(), expected);
        let websocket = websocket_request(&endpoint(), credentials, of_region, now);
        assert_eq!(websocket.unwrap_err(), expected);
    }
}

#[test]
fn no_secret_is_shown() {
    let token = bolt_token(
        &endpoint(),
        &temporary(),
        "us-east-1",
        now(),
        BoltOptions::new(),
    );
    let token: BoltToken = token.unwrap();
    assert_eq!(format!("{token:?}"), "BoltToken { .. }");
    let request = websocket_request(&endpoint(), &temporary(), "us-east-1", now()).unwrap();
    let shown = format!("{request:?}");
    for secret in [SECRET, TOKEN, "Signature="] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

fn headers(request: &http::Request<()>) -> Vec<(String, String)> {
    let mut headers: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort_unstable();
    headers
}

/// The `authorization` that the SDK makes for a GET without a body and these headers.
fn oracle(
    uri: &str,
    host: &str,
    credentials: &Credentials,
    region: &str,
    now: SystemTime,
) -> String {
    let request = http::Request::get(uri).header("host", host);
    let request = request.body(bytes::Bytes::new()).expect("a request");
    let signed = sdk::oracle(&request, credentials, region, now);
    let authorization = signed.headers()["authorization"].to_str();
    authorization.expect("text").to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn they_are_the_sdks(
        name in "[a-z][a-z0-9]{0,8}(\\.[a-z0-9]{1,8}){0,3}",
        port in 1_u16..,
        path in "(/[a-z0-9]{1,5}){0,2}",
        (with_path, with_port) in any::<(bool, bool)>(),
        secret in "[!-~]{1,60}",
        session_token in prop::option::of("[!-~]{1,200}"),
        region in "[a-z]{2}-[a-z]{2,9}-[1-9]",
        seconds in 0_u64..4_000_000_000,
    ) {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let mut credentials = Credentials::new("AKIDEXAMPLE", secret);
        if let Some(token) = session_token {
            credentials = credentials.with_session_token(token);
        }
        let endpoint = Endpoint::parse(&format!("https://{name}:{port}{path}")).unwrap();
        let host = endpoint.host_header().to_str().unwrap();

        let request = websocket_request(&endpoint, &credentials, &region, now).unwrap();
        let uri = format!("https://{host}{path}/gremlin");
        let expected = oracle(&uri, host, &credentials, &region, now);
        prop_assert_eq!(request.headers()["authorization"].to_str().unwrap(), expected);

        let options = BoltOptions::new();
        let options = if with_path { options } else { options.without_path() };
        let options = if with_port { options } else { options.without_port() };
        let token = bolt_token(&endpoint, &credentials, &region, now, options).unwrap();
        let json: Value = serde_json::from_str(token.credentials()).unwrap();
        let host = if with_port { host } else { &name };
        let path = if with_path { "/opencypher" } else { "" };
        let expected = oracle(&format!("https://{host}{path}"), host, &credentials, &region, now);
        prop_assert_eq!(json["Authorization"].as_str().unwrap(), expected);
        prop_assert_eq!(json["Host"].as_str().unwrap(), host);
        let token = json.get("X-Amz-Security-Token").and_then(Value::as_str);
        prop_assert_eq!(token, credentials.session_token());
    }
}
