//! Properties of endpoints: any text, and texts that resemble URLs.

use neptunedata::{Endpoint, endpoint::EndpointErrorKind};
use proptest::{prelude::*, test_runner::Config};

#[path = "endpoints/cases.rs"]
mod cases;
#[path = "endpoints/messages.rs"]
mod messages;
#[path = "endpoints/pasted.rs"]
mod pasted;

fn consistent(text: &str) -> Result<(), TestCaseError> {
    let Ok(endpoint) = Endpoint::parse(text) else {
        return Ok(());
    };
    let again = match Endpoint::parse(endpoint.url()) {
        Ok(again) => again,
        Err(error) => return Err(TestCaseError::fail(format!("{}: {error}", endpoint.url()))),
    };
    prop_assert_eq!(&again, &endpoint);
    prop_assert_eq!(again.url(), endpoint.url());

    let uri: http::Uri = endpoint.url().parse().expect("a URI");
    let authority = uri.authority().expect("an authority").as_str();
    let host_header = endpoint.host_header().to_str().expect("ASCII");
    prop_assert_eq!(authority, host_header);
    prop_assert_eq!(
        uri.scheme_str(),
        Some(if endpoint.is_secure() {
            "https"
        } else {
            "http"
        })
    );
    let host = if endpoint.host().contains(':') {
        format!("[{}]", endpoint.host())
    } else {
        endpoint.host().to_owned()
    };
    let default_port = if endpoint.is_secure() { 443 } else { 80 };
    let expected = if endpoint.port() == default_port {
        host
    } else {
        format!("{host}:{}", endpoint.port())
    };
    prop_assert_eq!(host_header, expected);
    prop_assert!(!endpoint.url().ends_with('/'));
    prop_assert_eq!(endpoint.host(), endpoint.host().to_ascii_lowercase());
    if let Some(region) = endpoint.region() {
        prop_assert!(neptunedata::endpoint::is_valid_region(region));
    }
    // With the path of an operation it is a URI too.
    let operation = neptunedata::engine::GetEngineStatus::new();
    let request = neptunedata::request(&operation, &endpoint).expect("a request");
    prop_assert_eq!(
        request.uri().to_string(),
        format!("{}/status", endpoint.url())
    );
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 4_000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        consistent(&text)?;
    }

    #[test]
    fn texts_that_resemble_urls(
        scheme in prop::sample::select(vec!["", "https://", "http://", "HTTPS://", "ftp://", "https:", "//"]),
        user in prop::sample::select(vec!["", "", "", "", "user@", "u:p@"]),
        host in prop_oneof![
            "[a-zA-Z0-9.-]{0,30}",
            "[a-zA-Z0-9]{1,8}(\\.[a-z0-9]{1,8}){0,3}",
            "[a-z0-9-]{1,9}\\.[a-z0-9-]{1,20}\\.neptune\\.amazonaws\\.com(\\.cn)?\\.?",
            "[0-9]{1,3}(\\.[0-9]{1,3}){3}",
            "\\[[0-9a-fA-F:.]{0,20}\\]",
            "[0-9a-f:]{1,10}",
        ],
        port in prop_oneof![Just(String::new()), ":[0-9]{0,6}", ":[+a-z-]{1,3}"],
        path in prop_oneof![Just(String::new()), "(/[a-zA-Z0-9._~%!$&'()*+,;=:@-]{0,6}){0,4}", "/[ -~]{0,10}"],
        tail in prop::sample::select(vec!["", "", "", "", "?", "?a=b", "#", "#f", "/", " ", "\n"]),
    ) {
        consistent(&format!("{scheme}{user}{host}{port}{path}{tail}"))?;
    }

    #[test]
    fn any_region(region in prop_oneof![any::<String>(), "(fips-)?[a-z0-9-]{0,20}(-fips)?"]) {
        let endpoint = Endpoint::parse("http://localhost:8182").expect("an endpoint");
        match endpoint.with_region(&region) {
            Ok(endpoint) => {
                let kept = endpoint.region().expect("a region");
                prop_assert!(neptunedata::endpoint::is_valid_region(kept) && region.contains(kept));
            }
            Err(error) => prop_assert_eq!(
                (error.kind(), error.part()),
                (EndpointErrorKind::Region, region.as_str())
            ),
        }
    }
}

#[track_caller]
fn parsed(text: &str) -> Endpoint {
    consistent(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    Endpoint::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
fn refused(text: &str) -> EndpointErrorKind {
    Endpoint::parse(text).expect_err("an error").kind()
}

const NAME: &str = "my-db.cluster-abc.eu-west-1.neptune.amazonaws.com";
