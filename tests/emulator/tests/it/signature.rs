//! Signatures made by botocore 1.44.5: accepted unchanged, and rejected after any change.

use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri};
use neptunedata_emulator::{Config, Emulator, Now, SignatureCheck};

use crate::signed::Signed;
use crate::support::{Ask, assert_contains, assert_lacks, assert_starts, get, header};

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. \
    Check your AWS Secret Access Key and signing method. Consult the service documentation for details. \
    Host header is missing or hostname is incorrect.";
const INVALID: &str = "The security token included in the request is invalid.";
const NO_TOKEN: &str = "Missing Authentication Token";

impl Signed {
    /// What is said to this request, which is not as it was signed.
    fn refusal_of(&self, request: Request<Bytes>) -> String {
        refusal(&mut self.cluster(), request, self.now())
    }

    /// The request with another value of a header.
    fn with(&self, header: &'static str, value: &str) -> Request<Bytes> {
        let mut request = self.request();
        request
            .headers_mut()
            .insert(header, value.parse().expect("a value"));
        request
    }

    /// The request with a change in the value of a header.
    fn changed(&self, header: &'static str, from: &str, to: &str) -> Request<Bytes> {
        let request = self.request();
        let value = request.headers()[header].to_str().expect("text");
        assert_contains(value, from);
        self.with(header, &value.replace(from, to))
    }

    fn without(&self, header: &str) -> Request<Bytes> {
        let mut request = self.request();
        request.headers_mut().remove(header);
        request
    }

    /// Checks what is said to the request, unchanged.
    #[track_caller]
    fn check_refusal(&self, neptune: &mut Emulator, text: &str) {
        assert_eq!(refusal(neptune, self.request(), self.now()), text);
    }

    /// Checks that the request is refused for another reason than its signature.
    #[track_caller]
    fn check_accepted(&self, neptune: &mut Emulator) {
        assert_eq!(neptune.at(self.now()).refused(self.request()).0, 400);
    }
}

fn refusal(neptune: &mut Emulator, request: Request<Bytes>, now: Now) -> String {
    let message = neptune
        .at(now)
        .refuses(request, (403, "AccessDeniedException"));
    let refused = SignatureCheck::Refused(message.clone());
    assert_eq!(neptune.last().signature, refused);
    message
}

#[track_caller]
fn check_verified(neptune: &Emulator) {
    let signature = &neptune.last().signature;
    assert!(
        matches!(signature, SignatureCheck::Verified { .. }),
        "{signature:?}"
    );
}

fn check(signed: &Signed) {
    let mut neptune = signed.cluster();
    let answer = neptune.at(signed.now()).answer(signed.request());
    assert_ne!(answer.status(), 403, "{}: {answer:?}", signed.id());
    let access_key = signed.signed("access_key").to_owned();
    let verified = SignatureCheck::Verified { access_key };
    assert_eq!(neptune.last().signature, verified, "{}", signed.id());
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
    let path = Path::new(&directory).join("requests.jsonl");
    let text = fs::read_to_string(path).expect("vectors");
    let all = Signed::all(&text);
    assert!(all.len() > 500);
    // botocore signs a path of dots without the slash at its end that RFC 3986 keeps.
    let dots = |signed: &Signed| {
        let hazards = signed.line["hazards"].as_array();
        hazards.is_some_and(|all| all.contains(&"dot_segment".into()))
    };
    all.iter().filter(|signed| !dots(signed)).for_each(check);
}

#[test]
fn the_order_of_parameters_is_free() {
    let signed = Signed::cancel();
    let mut request = signed.request();
    let path = request.uri().path();
    let query = request.uri().query().expect("a query");
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
    let uri = format!("http://{}/status", host.to_str().expect("text"));
    *request.uri_mut() = uri.parse().expect("a URI");
    signed.cluster().at(signed.now()).ask(request);
}

#[test]
fn anything_that_is_signed_may_not_change() {
    let signed = Signed::start();
    let change_one: [fn(&mut Request<Bytes>); 4] = [
        |request| *request.method_mut() = http::Method::PUT,
        |request| *request.uri_mut() = Uri::from_static("/ml/modeltraining/"),
        |request| *request.uri_mut() = Uri::from_static("/ml/modeltraining?a"),
        |request| *request.body_mut() = Bytes::from_static(b"{}"),
    ];
    for (number, change_it) in change_one.into_iter().enumerate() {
        let mut request = signed.request();
        change_it(&mut request);
        assert_eq!(signed.refusal_of(request), MISMATCH, "{number}");
    }
    for (header, from, to) in [
        ("host", ":8182", ":8183"),
        ("host", ":8182", ""),
        ("content-type", "/json", "/json; charset=utf-8"),
    ] {
        let changed = signed.changed(header, from, to);
        assert_eq!(signed.refusal_of(changed), MISMATCH, "{header}: {to}");
    }
    let mut neptune = signed.cluster();
    neptune
        .at(signed.now())
        .answer(signed.with("user-agent", "not signed"));
    check_verified(&neptune);
}

#[test]
fn wrong_secrets_are_refused() {
    let signed = Signed::start();
    let (key, region) = (signed.signed("access_key"), signed.signed("region"));
    let mut neptune = Emulator::new(Config::default().iam(key, "wrong", region));
    signed.check_refusal(&mut neptune, MISMATCH);
}

#[test]
fn unsigned_requests_are_refused() {
    let signed = Signed::start();
    assert_eq!(signed.refusal_of(signed.without("authorization")), NO_TOKEN);
    for other in [
        "",
        "Basic dXNlcjpwYXNz",
        "AWS4-ECDSA-P256-SHA256 Credential=a",
    ] {
        let request = signed.with("authorization", other);
        assert_eq!(signed.refusal_of(request), NO_TOKEN);
    }
}

#[test]
fn authorization_headers_must_be_complete_and_consistent() {
    const SIGNED: &str = "host;x-amz-date;x-amz-security-token";
    let (start, cancel) = (Signed::start(), Signed::cancel());
    let (key, region) = (start.signed("access_key"), start.signed("region"));
    let scope = format!("/{region}/");
    let four = format!("{key}/20150830/{region}/neptune-db");
    let parameter = |name: &str| format!("Authorization header requires '{name}' parameter.");
    let unsigned = |name| format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.");
    let credential = |text: &str| format!("Credential should be scoped {text}.");
    let elements = format!(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{four}'"
    );
    let terminator = credential("with a valid terminator: 'aws4_request', not 'aws5_request'");
    let other_region = credential("to a valid Region, not 'mars-north-1'");
    let service = credential("to correct service: 'neptune-db'");
    let date = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
        '20150831' != '20150830', from '20150830T123600Z'.";
    for (signed, from, to, text) in [
        (&start, "Credential=", "Other=", parameter("Credential")),
        (
            &start,
            "SignedHeaders=",
            "Other=",
            parameter("SignedHeaders"),
        ),
        (&start, "Signature=", "Other=", parameter("Signature")),
        (&start, "/aws4_request", "", elements),
        (&start, "aws4_request", "aws5_request", terminator),
        (&start, &scope, "/mars-north-1/", other_region),
        (&start, "/neptune-db/", "/rds/", service),
        (&start, "/20150830/", "/20150831/", date.to_owned()),
        (&start, "Signature=", "Signature=0", MISMATCH.to_owned()),
        (
            &cancel,
            SIGNED,
            "x-amz-date;x-amz-security-token",
            unsigned("host"),
        ),
        (
            &cancel,
            SIGNED,
            "host;x-amz-security-token",
            unsigned("x-amz-date"),
        ),
        (
            &cancel,
            SIGNED,
            "host;x-amz-date",
            unsigned("x-amz-security-token"),
        ),
    ] {
        let changed = signed.changed("authorization", from, to);
        assert_eq!(signed.refusal_of(changed), text);
    }
}

#[test]
fn signed_headers_must_be_present() {
    let signed = Signed::cancel();
    for name in ["host", "x-amz-date", "x-amz-security-token"] {
        let text = "is named as a SignedHeader, but it does not exist in the HTTP request";
        let refusal = signed.refusal_of(signed.without(name));
        assert_eq!(refusal, format!("'{name}' {text}"));
    }
}

#[test]
fn the_clock_has_a_window_of_five_minutes() {
    let signed = Signed::start();
    let mut neptune = signed.cluster();
    let at = |offset: i64| Now::at_unix(signed.unix_time().saturating_add_signed(offset));
    for offset in [-300, 0, 300] {
        neptune.at(at(offset)).answer(signed.request());
        check_verified(&neptune);
    }
    let late = "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)";
    assert_eq!(refusal(&mut neptune, signed.request(), at(301)), late);
    let early = "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)";
    assert_eq!(refusal(&mut neptune, signed.request(), at(-301)), early);
    // The skew can be read off the answer.
    let answer = neptune.at(at(3600)).answer(signed.request());
    assert_eq!(header(&answer, "date"), "Sun, 30 Aug 2015 13:36:00 GMT");

    let other_format = signed.with("x-amz-date", "Sun, 30 Aug 2015 12:36:00 GMT");
    let text = "Date must be in ISO-8601 'basic format'.";
    assert_starts(&signed.refusal_of(other_format), text);
}

#[test]
fn keys_have_to_be_known() {
    let signed = Signed::cancel();
    let mut neptune = signed.cluster();
    neptune.remove_identity(signed.signed("access_key"));
    signed.check_refusal(&mut neptune, INVALID);
    neptune.reconfigure(|config| config.identity(signed.identity().session_token("another")));
    signed.check_refusal(&mut neptune, INVALID);
    neptune.reconfigure(|config| config.identity(signed.identity()));
    signed.check_accepted(&mut neptune);

    // A token with keys that have none.
    let (key, secret) = (signed.signed("access_key"), signed.signed("secret_key"));
    let config = Config::default().iam(key, secret, signed.signed("region"));
    signed.check_refusal(&mut Emulator::new(config), INVALID);
}

#[test]
fn tokens_expire() {
    let signed = Signed::cancel();
    let mut neptune = signed.cluster();
    signed.check_accepted(&mut neptune);
    neptune.expire_token(signed.signed("session_token"));
    let text = "The security token included in the request is expired";
    signed.check_refusal(&mut neptune, text);
}

#[test]
fn refused_requests_do_nothing() {
    let signed = Signed::find("GetEngineStatus/endpoint-11");
    let mut neptune = signed.cluster();
    let later = signed.now().later(Duration::from_secs(3600));
    refusal(&mut neptune, signed.request(), later);
    assert_eq!(neptune.counts("GetEngineStatus"), (1, 0));
    // The signature is checked for unknown routes, too.
    refusal(&mut neptune, get("/nowhere"), signed.now());
    let status = neptune.at(signed.now()).ask(signed.request());
    assert_eq!(status["features"]["IAMAuthentication"], "enabled");
}

#[test]
fn signatures_are_not_checked_without_iam() {
    let signed = Signed::find("GetEngineStatus/endpoint-11");
    let mut neptune = Emulator::default();
    neptune.at(Now::at_unix(0)).ask(signed.request());
    assert_eq!(neptune.log()[0].signature, SignatureCheck::NotChecked);
}

#[test]
fn the_log_shows_no_secrets() {
    let signed = Signed::cancel();
    let mut neptune = signed.cluster();
    neptune.at(signed.now()).answer(signed.request());
    let shown = format!("{:?}", neptune.log());
    assert_contains(&shown, "20150830T123600Z");
    assert_lacks(&shown, "Signature=");
    let token = signed.signed("session_token");
    assert_lacks(&shown, token);
    assert_eq!(neptune.last().headers["x-amz-security-token"], token);
}
