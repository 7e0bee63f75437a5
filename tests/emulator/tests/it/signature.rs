//! Signatures made by botocore 1.44.5: accepted unchanged, and rejected after any change.

use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Uri};
use neptunedata_emulator::{Config, Emulator, Identity, Now, Signature};

use crate::signed::Signed;
use crate::support::{Ask, assert_contains, assert_lacks};

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. \
    Check your AWS Secret Access Key and signing method. Consult the service documentation for details. \
    Host header is missing or hostname is incorrect.";
const INVALID: &str = "The security token included in the request is invalid.";

impl Signed {
    /// What is said to this request, which is not as it was signed.
    fn refusal_of(&self, request: Request<Bytes>) -> String {
        refusal(&mut self.cluster(), request, self.now())
    }
}

fn refusal(neptune: &mut Emulator, request: Request<Bytes>, now: Now) -> String {
    let (status, code, message) = neptune.at(now).refused(request);
    assert_eq!((status, code.as_str()), (403, "AccessDeniedException"));
    assert_eq!(
        neptune.last().signature,
        Signature::Refused(message.clone())
    );
    message
}

fn change(request: &mut Request<Bytes>, header: &'static str, from: &str, to: &str) {
    let value = request.headers()[header].to_str().expect("text");
    assert_contains(&value, from);
    let value = HeaderValue::from_str(&value.replace(from, to)).expect("a value");
    request.headers_mut().insert(header, value);
}

fn check(signed: &Signed) {
    let mut neptune = signed.cluster();
    let answer = neptune.at(signed.now()).answer(signed.request());
    assert_ne!(
        answer.status().as_u16(),
        403,
        "{}: {:?}",
        signed.id(),
        answer.to_json()
    );
    let access_key = signed.text("signed", "access_key").to_owned();
    assert_eq!(
        neptune.log()[0].signature,
        Signature::Verified { access_key },
        "{}",
        signed.id()
    );
}

#[test]
fn genuine_signatures_are_accepted() {
    let all = Signed::fixture();
    assert_eq!(all.len(), 13);
    all.iter().for_each(check);
}

/// The whole set of conformance vectors, where `NEPTUNEDATA_VECTORS` names its directory.
#[test]
fn all_vectors_are_accepted() {
    let Some(directory) = env::var_os("NEPTUNEDATA_VECTORS") else {
        return;
    };
    let text =
        fs::read_to_string(Path::new(&directory).join("requests.jsonl")).expect("no vectors");
    let all = Signed::all(&text);
    assert!(all.len() > 500);
    // botocore signs a path of dots without the slash at its end that RFC 3986 keeps.
    let dots = |signed: &Signed| {
        signed.line["hazards"]
            .as_array()
            .is_some_and(|all| all.contains(&"dot_segment".into()))
    };
    all.iter().filter(|signed| !dots(signed)).for_each(check);
}

#[test]
fn the_order_of_parameters_is_free() {
    let signed = Signed::cancel();
    let mut request = signed.request();
    let (path, query) = (
        request.uri().path(),
        request.uri().query().expect("a query"),
    );
    let (first, second) = query.split_once('&').expect("two parameters");
    *request.uri_mut() = format!("{path}?{second}&{first}").parse().expect("a URI");
    let mut neptune = signed.cluster();
    // Only the id is at fault.
    assert_eq!(neptune.at(signed.now()).refused(request).0, 400);
}

#[test]
fn the_host_may_be_the_authority() {
    let signed = Signed::find("GetEngineStatus/endpoint-11");
    let mut request = signed.request();
    let host = request.headers_mut().remove("host").expect("a host");
    *request.uri_mut() = format!("http://{}/status", host.to_str().expect("text"))
        .parse::<Uri>()
        .expect("a URI");
    signed.cluster().at(signed.now()).ask(request);
}

#[test]
fn anything_that_is_signed_may_not_change() {
    let signed = Signed::start();
    let change_one: [fn(&mut Request<Bytes>); 7] = [
        |request| *request.method_mut() = http::Method::PUT,
        |request| *request.uri_mut() = Uri::from_static("/ml/modeltraining/"),
        |request| *request.uri_mut() = Uri::from_static("/ml/modeltraining?a"),
        |request| *request.body_mut() = Bytes::from_static(b"{}"),
        |request| change(request, "host", ":8182", ":8183"),
        |request| change(request, "host", ":8182", ""),
        |request| change(request, "content-type", "/json", "/json; charset=utf-8"),
    ];
    for (number, change_it) in change_one.into_iter().enumerate() {
        let mut request = signed.request();
        change_it(&mut request);
        assert_eq!(signed.refusal_of(request), MISMATCH, "{number}");
    }
    let mut request = signed.request();
    request
        .headers_mut()
        .insert("user-agent", HeaderValue::from_static("not signed"));
    let mut neptune = signed.cluster();
    neptune.at(signed.now()).answer(request);
    assert!(matches!(
        neptune.log()[0].signature,
        Signature::Verified { .. }
    ));
}

#[test]
fn wrong_secrets_are_refused() {
    let signed = Signed::start();
    let (access_key, region) = (
        signed.text("signed", "access_key"),
        signed.text("signed", "region"),
    );
    let mut neptune = Emulator::new(Config::default().iam(access_key, "wrong", region));
    assert_eq!(
        refusal(&mut neptune, signed.request(), signed.now()),
        MISMATCH
    );
}

#[test]
fn unsigned_requests_are_refused() {
    let signed = Signed::start();
    let mut request = signed.request();
    request.headers_mut().remove("authorization");
    assert_eq!(signed.refusal_of(request), "Missing Authentication Token");
    for other in [
        "",
        "Basic dXNlcjpwYXNz",
        "AWS4-ECDSA-P256-SHA256 Credential=a",
    ] {
        let mut request = signed.request();
        request.headers_mut().insert(
            "authorization",
            HeaderValue::from_str(other).expect("a value"),
        );
        assert_eq!(signed.refusal_of(request), "Missing Authentication Token");
    }
}

#[test]
fn authorization_headers_must_be_complete_and_consistent() {
    const SIGNED: &str = "host;x-amz-date;x-amz-security-token";
    let (start, cancel) = (Signed::start(), Signed::cancel());
    let (key, region) = (
        start.text("signed", "access_key"),
        start.text("signed", "region"),
    );
    let scope = format!("/{region}/");
    let four = format!("{key}/20150830/{region}/neptune-db");
    let parameter = |name: &str| format!("Authorization header requires '{name}' parameter.");
    let unsigned = |name| format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.");
    for (signed, from, to, text) in [
        (&start, "Credential=", "Other=", parameter("Credential")),
        (&start, "SignedHeaders=", "Other=", parameter("SignedHeaders")),
        (&start, "Signature=", "Other=", parameter("Signature")),
        (
            &start,
            "/aws4_request",
            "",
            format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got '{four}'"
            ),
        ),
        (
            &start,
            "aws4_request",
            "aws5_request",
            "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.".to_owned(),
        ),
        (
            &start,
            &scope,
            "/mars-north-1/",
            "Credential should be scoped to a valid Region, not 'mars-north-1'.".to_owned(),
        ),
        (
            &start,
            "/neptune-db/",
            "/rds/",
            "Credential should be scoped to correct service: 'neptune-db'.".to_owned(),
        ),
        (
            &start,
            "/20150830/",
            "/20150831/",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
             '20150831' != '20150830', from '20150830T123600Z'."
                .to_owned(),
        ),
        (&start, "Signature=", "Signature=0", MISMATCH.to_owned()),
        (&cancel, SIGNED, "x-amz-date;x-amz-security-token", unsigned("host")),
        (&cancel, SIGNED, "host;x-amz-security-token", unsigned("x-amz-date")),
        (&cancel, SIGNED, "host;x-amz-date", unsigned("x-amz-security-token")),
    ] {
        let mut request = signed.request();
        change(&mut request, "authorization", from, to);
        assert_eq!(signed.refusal_of(request), text);
    }
}

#[test]
fn signed_headers_must_be_present() {
    let signed = Signed::cancel();
    for name in ["host", "x-amz-date", "x-amz-security-token"] {
        let mut request = signed.request();
        request.headers_mut().remove(name);
        let text = "is named as a SignedHeader, but it does not exist in the HTTP request";
        assert_eq!(signed.refusal_of(request), format!("'{name}' {text}"));
    }
}

#[test]
fn the_clock_has_a_window_of_five_minutes() {
    let signed = Signed::start();
    let mut neptune = signed.cluster();
    let at = |offset: i64| {
        Now::at_unix(
            signed.line["signed"]["unix_time"]
                .as_u64()
                .expect("a time")
                .saturating_add_signed(offset),
        )
    };
    for offset in [-300, 0, 300] {
        neptune.at(at(offset)).answer(signed.request());
        assert!(
            matches!(neptune.last().signature, Signature::Verified { .. }),
            "{offset}"
        );
    }
    let late = "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)";
    assert_eq!(refusal(&mut neptune, signed.request(), at(301)), late);
    let early = "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)";
    assert_eq!(refusal(&mut neptune, signed.request(), at(-301)), early);
    // The skew can be read off the answer.
    let answer = neptune.at(at(3600)).answer(signed.request());
    assert_eq!(answer.head.headers["date"], "Sun, 30 Aug 2015 13:36:00 GMT");

    let mut request = signed.request();
    request.headers_mut().insert(
        "x-amz-date",
        HeaderValue::from_static("Sun, 30 Aug 2015 12:36:00 GMT"),
    );
    assert!(
        signed
            .refusal_of(request)
            .starts_with("Date must be in ISO-8601 'basic format'.")
    );
}

#[test]
fn keys_have_to_be_known() {
    let signed = Signed::cancel();
    let mut neptune = signed.cluster();
    neptune.remove_identity(signed.text("signed", "access_key"));
    assert_eq!(
        refusal(&mut neptune, signed.request(), signed.now()),
        INVALID
    );
    neptune.reconfigure(|config| config.identity(signed.identity().session_token("another")));
    assert_eq!(
        refusal(&mut neptune, signed.request(), signed.now()),
        INVALID
    );
    neptune.reconfigure(|config| config.identity(signed.identity()));
    assert_eq!(neptune.at(signed.now()).refused(signed.request()).0, 400);

    // A token with keys that have none.
    let plain = Identity::new(
        signed.text("signed", "access_key"),
        signed.text("signed", "secret_key"),
    );
    let mut neptune = Emulator::new(
        Config::default()
            .identity(plain)
            .region(signed.text("signed", "region")),
    );
    assert_eq!(
        refusal(&mut neptune, signed.request(), signed.now()),
        INVALID
    );
}

#[test]
fn tokens_expire() {
    let signed = Signed::cancel();
    let mut neptune = signed.cluster();
    assert_eq!(neptune.at(signed.now()).refused(signed.request()).0, 400);
    neptune.expire_token(signed.text("signed", "session_token"));
    let text = "The security token included in the request is expired";
    assert_eq!(refusal(&mut neptune, signed.request(), signed.now()), text);
}

#[test]
fn refused_requests_do_nothing() {
    let signed = Signed::find("GetEngineStatus/endpoint-11");
    let mut neptune = signed.cluster();
    refusal(
        &mut neptune,
        signed.request(),
        signed.now().later(Duration::from_secs(3600)),
    );
    assert_eq!(neptune.counts("GetEngineStatus"), (1, 0));
    // The signature is checked for unknown routes, too.
    refusal(&mut neptune, crate::support::get("/nowhere"), signed.now());
    let status = neptune.at(signed.now()).ask(signed.request());
    assert_eq!(status["features"]["IAMAuthentication"], "enabled");
}

#[test]
fn signatures_are_not_checked_without_iam() {
    let signed = Signed::find("GetEngineStatus/endpoint-11");
    let mut neptune = Emulator::default();
    neptune.at(Now::at_unix(0)).ask(signed.request());
    assert_eq!(neptune.log()[0].signature, Signature::NotChecked);
}

#[test]
fn the_log_shows_no_secrets() {
    let signed = Signed::cancel();
    let mut neptune = signed.cluster();
    neptune.at(signed.now()).answer(signed.request());
    let shown = format!("{:?}", neptune.log());
    assert_contains(&shown, "20150830T123600Z");
    assert_lacks(&shown, "Signature=");
    assert_lacks(&shown, signed.text("signed", "session_token"));
    assert_eq!(
        neptune.log()[0].headers["x-amz-security-token"],
        signed.text("signed", "session_token")
    );
}
