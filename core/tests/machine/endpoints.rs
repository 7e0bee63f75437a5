//! Endpoints: any text, and the cases that matter.

use neptunedata::{Endpoint, endpoint::EndpointErrorKind};
use proptest::{prelude::*, test_runner::Config};

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
    let own = if endpoint.is_secure() { 443 } else { 80 };
    let expected = if endpoint.port() == own {
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
    // What an operation appends is a URI too.
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
    fn texts_that_are_nearly_urls(
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

#[test]
fn bare_neptune_names() {
    let endpoint = parsed(NAME);
    assert_eq!(
        endpoint.url(),
        "https://my-db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182"
    );
    assert_eq!(endpoint.host(), NAME);
    assert_eq!(
        endpoint.host_header(),
        "my-db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182"
    );
    assert_eq!(
        (
            endpoint.port(),
            endpoint.is_secure(),
            endpoint.is_loopback()
        ),
        (8182, true, false)
    );
    assert_eq!(endpoint.region(), Some("eu-west-1"));

    assert_eq!(parsed(&NAME.to_uppercase()), endpoint);
    assert_eq!(parsed(&format!("{NAME}:8182")), endpoint);
    assert_eq!(parsed(&format!("{NAME}/")), endpoint);
    assert_eq!(parsed(&format!("https://{NAME}:8182")), endpoint);
    let other = parsed(&format!("{NAME}:9000"));
    assert_eq!((other.port(), other.region()), (9000, Some("eu-west-1")));
}

#[test]
fn other_kinds_of_neptune_names() {
    let regions = [
        (
            "db.cluster-ro-abc.us-east-2.neptune.amazonaws.com",
            "us-east-2",
        ),
        (
            "db.cluster-custom-abc.us-east-2.neptune.amazonaws.com",
            "us-east-2",
        ),
        (
            "db-1.abc.us-gov-west-1.neptune.amazonaws.com",
            "us-gov-west-1",
        ),
        (
            "db.cluster-abc.cn-north-1.neptune.amazonaws.com.cn",
            "cn-north-1",
        ),
        (
            "db.cluster-abc.us-iso-east-1.neptune.c2s.ic.gov",
            "us-iso-east-1",
        ),
        (
            "db.cluster-abc.us-isob-east-1.neptune.sc2s.sgov.gov",
            "us-isob-east-1",
        ),
        (
            "db.cluster-abc.eu-isoe-west-1.neptune.cloud.adc-e.uk",
            "eu-isoe-west-1",
        ),
        (
            "db.cluster-abc.us-isof-south-1.neptune.csp.hci.ic.gov",
            "us-isof-south-1",
        ),
        (
            "db.cluster-abc.eusc-de-east-1.neptune.amazonaws.eu",
            "eusc-de-east-1",
        ),
        (
            "db.cluster-abc.eu-west-1.neptune.amazonaws.com.",
            "eu-west-1",
        ),
    ];
    for (name, region) in regions {
        assert_eq!(parsed(name).region(), Some(region), "{name}");
        assert_eq!(
            parsed(&format!("http://{name}:1")).region(),
            Some(region),
            "{name}"
        );
    }
    // Nobody's, and not to be taken for bare names.
    for name in [
        "localhost",
        "localhost:8182",
        "example.com",
        "db.eu-west-1.neptune.amazonaws.com.evil.example",
        "neptune.amazonaws.com",
        "db.eu-west-1.neptuneamazonaws.com",
        "",
        "/",
    ] {
        assert!(Endpoint::parse(name).is_err(), "{name}");
    }
}

#[test]
fn ports_as_written_or_as_the_scheme_has_them() {
    let cases = [
        ("https://example.com", "https://example.com", 443),
        ("https://example.com:443", "https://example.com", 443),
        ("http://example.com:443", "http://example.com:443", 443),
        ("http://example.com:80/", "http://example.com", 80),
        ("https://example.com:80", "https://example.com:80", 80),
        (
            "https://example.com:8182/",
            "https://example.com:8182",
            8182,
        ),
        (
            "HTTPS://Example.COM:0443/Path",
            "https://example.com/Path",
            443,
        ),
        (
            "https://my-db.cluster-abc.eu-west-1.neptune.amazonaws.com",
            "https://my-db.cluster-abc.eu-west-1.neptune.amazonaws.com",
            443,
        ),
        (
            "https://example.com:65535/a/b%20c",
            "https://example.com:65535/a/b%20c",
            65_535,
        ),
    ];
    for (text, url, port) in cases {
        let endpoint = parsed(text);
        assert_eq!((endpoint.url(), endpoint.port()), (url, port), "{text}");
    }
    for port in [
        "",
        "0",
        "65536",
        "-1",
        "+443",
        "80a",
        " 80",
        "1.5",
        "99999999999999999999",
        "443:443",
    ] {
        let text = format!("https://example.com:{port}");
        assert_eq!(refused(&text), EndpointErrorKind::Port, "{text}");
    }
}

#[test]
fn addresses() {
    let endpoint = parsed("http://[::1]:8182/base");
    assert_eq!((endpoint.host(), endpoint.port()), ("::1", 8182));
    assert_eq!(endpoint.host_header(), "[::1]:8182");
    assert!(endpoint.is_loopback());
    let endpoint = parsed("https://[2001:DB8::A]");
    assert_eq!(
        (endpoint.host(), endpoint.url()),
        ("2001:db8::a", "https://[2001:db8::a]")
    );
    assert!(!endpoint.is_loopback());
    for text in [
        "http://127.0.0.1",
        "http://127.9.9.9:1",
        "http://localhost",
        "http://a.localhost",
    ] {
        assert!(parsed(text).is_loopback(), "{text}");
    }
    for text in [
        "http://128.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
    ] {
        assert!(!parsed(text).is_loopback(), "{text}");
    }
    for host in [
        "[::1",
        "::1]",
        "[]",
        "[::1]x",
        "[::g]",
        "[fe80::1%25eth0]",
        "[127.0.0.1]",
        "1.2.3",
        "1.2.3.256",
        "1.2.3.4.5",
        "127.1",
        "2130706433",
        "0127.0.0.1",
    ] {
        let text = format!("http://{host}");
        assert!(Endpoint::parse(&text).is_err(), "{text}");
    }
}

#[test]
fn nothing_but_scheme_host_port_and_path() {
    let cases = [
        ("https://user@example.com", EndpointErrorKind::UserInfo),
        (
            "https://user:password@example.com:8182",
            EndpointErrorKind::UserInfo,
        ),
        ("https://@example.com", EndpointErrorKind::UserInfo),
        ("https://example.com?x=y", EndpointErrorKind::Query),
        ("https://example.com/?", EndpointErrorKind::Query),
        ("https://example.com/#", EndpointErrorKind::Fragment),
        ("ftp://example.com", EndpointErrorKind::Scheme),
        (
            "wss://my-db.cluster-abc.eu-west-1.neptune.amazonaws.com",
            EndpointErrorKind::Scheme,
        ),
        ("https//example.com", EndpointErrorKind::Scheme),
    ];
    for (text, kind) in cases {
        assert_eq!(refused(text), kind, "{text}");
    }
    for path in [
        "/..", "/a/../b", "/.", "/a/.", "//", "/a//b", "/a b", "/%", "/%2", "/%zz", "/é", "/a\\b",
        "/\n", "/[x]",
    ] {
        let text = format!("https://example.com{path}");
        assert_eq!(refused(&text), EndpointErrorKind::Path, "{text}");
    }
    assert_eq!(
        parsed("https://example.com/.../..a/a.").url(),
        "https://example.com/.../..a/a."
    );
}

#[test]
fn names_of_hosts() {
    let longest = "a".repeat(63);
    assert!(Endpoint::parse(&format!("https://{longest}.example.com")).is_ok());
    let hosts = [
        format!("{longest}a.example.com"),
        vec![longest; 4].join("."),
        "".to_owned(),
        ".".to_owned(),
        "a..b".to_owned(),
        ".a".to_owned(),
        "-a".to_owned(),
        "a-.b".to_owned(),
        "a b".to_owned(),
        " a".to_owned(),
        "é.example.com".to_owned(),
        "a%41".to_owned(),
        "a,b".to_owned(),
        "a\0".to_owned(),
    ];
    for host in hosts {
        let text = format!("https://{host}");
        assert_eq!(refused(&text), EndpointErrorKind::Host, "{text:?}");
    }
}

#[test]
fn lengths() {
    let fits = |length: usize| format!("https://example.com/{}", "a".repeat(length - 20));
    assert_eq!(parsed(&fits(2048)).url().len(), 2048);
    assert_eq!(refused(&fits(2049)), EndpointErrorKind::TooLong);
    // A bare name grows by scheme and port, and must still be an endpoint.
    for length in 2030..=2048 {
        let text = format!("{NAME}/{}", "a".repeat(length - NAME.len() - 1));
        consistent(&text).unwrap_or_else(|error| panic!("{length} bytes: {error}"));
    }
}

#[test]
fn regions_can_be_set() {
    for (region, kept) in [
        ("us-east-1", "us-east-1"),
        ("fips-us-gov-west-1", "us-gov-west-1"),
        ("us-gov-west-1-fips", "us-gov-west-1"),
        ("fips-eu-west-1-fips", "eu-west-1"),
    ] {
        let endpoint = parsed(NAME).with_region(region).expect("a region");
        assert_eq!(endpoint.region(), Some(kept), "{region}");
        assert_eq!(endpoint.url(), parsed(NAME).url());
    }
    let too_long = "a".repeat(64);
    for region in [
        "", "-", "fips-", "-fips", "123", "eu west", "eu/west", "eu.west", "é", &too_long,
    ] {
        let error = parsed(NAME).with_region(region).unwrap_err();
        assert_eq!(
            (error.kind(), error.part()),
            (EndpointErrorKind::Region, region)
        );
    }
}

/// One row for each mistake: the text as it was written, the part of it that is wrong, and the message.
#[test]
fn every_mistake_has_a_text_of_its_own() {
    use EndpointErrorKind::*;
    let https = |rest: &str| format!("https://{rest}");
    let long_label = "a".repeat(64);
    let long_name = vec!["a".repeat(63); 4].join(".");
    let long_url = https(&format!("db/{}", "a".repeat(2040)));
    let hint = "write https:// or http:// (only Neptune host names may omit it)";
    let rows = [
        (String::new(), Scheme, "", "scheme is missing; write https://host:port".to_owned()),
        ("localhost:8182".to_owned(), Scheme, "", format!("scheme is missing; {hint}")),
        ("https:/db".to_owned(), Scheme, "", "scheme is incomplete; write https:// or http://".to_owned()),
        ("https//db".to_owned(), Scheme, "", "scheme is incomplete; write https:// or http://".to_owned()),
        (
            "ftp://db".to_owned(),
            Scheme,
            "ftp",
            "scheme \"ftp\" is not supported; write https:// or http://".to_owned(),
        ),
        (
            "wss://db:8182/gremlin".to_owned(),
            Scheme,
            "wss",
            "scheme \"wss\" is for WebSockets; write https:// or http://".to_owned(),
        ),
        (https(""), Host, "", "host is empty; write https://host:port".to_owned()),
        (
            https("my db"),
            Host,
            "my db",
            "host \"my db\" has the character ' '; a host name has letters, digits, '-', '_' and '.'".to_owned(),
        ),
        (https("a..b"), Host, "a..b", "host \"a..b\" has an empty label; remove the extra '.'".to_owned()),
        (
            https("-a.b"),
            Host,
            "-a.b",
            "host \"-a.b\" has the label \"-a\", which starts or ends with '-'".to_owned(),
        ),
        (
            https(&long_label),
            Host,
            &long_label,
            format!("host {long_label:?} has a label of more than 63 characters"),
        ),
        (
            https(&long_name),
            Host,
            &long_name,
            format!("host {long_name:?} is longer than 253 characters"),
        ),
        (https("10.0.0.256"), Host, "10.0.0.256", "host \"10.0.0.256\" is not an IPv4 address".to_owned()),
        (https("[::g]:1"), Host, "[::g]", "host \"[::g]\" is not an IPv6 address".to_owned()),
        (
            https("::1"),
            Host,
            "::1",
            "host \"::1\" is an IPv6 address without brackets; write [::1]".to_owned(),
        ),
        (
            https("[::1]8182"),
            Host,
            "[::1]8182",
            "host \"[::1]8182\" has characters between ']' and the port; write [address]:port".to_owned(),
        ),
        (
            https("db:/x"),
            Port,
            "",
            "port is empty; write a number after ':', or leave out ':'".to_owned(),
        ),
        (https("db:81820"), Port, "81820", "port \"81820\" is not a number from 1 to 65535".to_owned()),
        (https("db:0"), Port, "0", "port \"0\" is not a number from 1 to 65535".to_owned()),
        (
            https("db/a/../b"),
            Path,
            "/a/../b",
            "path \"/a/../b\" has the segment \"..\"; write the path without it".to_owned(),
        ),
        (
            https("db/%2e"),
            Path,
            "/%2e",
            "path \"/%2e\" has the segment \"%2e\"; write the path without it".to_owned(),
        ),
        (https("db/a//b"), Path, "/a//b", "path \"/a//b\" has an empty segment ('//')".to_owned()),
        (
            https("db/a b"),
            Path,
            "/a b",
            "path \"/a b\" has the character ' '; percent-encode it".to_owned(),
        ),
        (
            https("db/5%"),
            Path,
            "/5%",
            "path \"/5%\" has a '%' without two hexadecimal digits; write a literal '%' as %25".to_owned(),
        ),
        (
            https("db/?a=b"),
            Query,
            "a=b",
            "query \"a=b\" is not allowed; remove '?' and everything after it".to_owned(),
        ),
        (
            https("db#top"),
            Fragment,
            "top",
            "fragment \"top\" is not allowed; remove '#' and everything after it".to_owned(),
        ),
    ];
    for (text, kind, part, told) in rows {
        let error = Endpoint::parse(&text).unwrap_err();
        assert_eq!((error.kind(), error.part()), (kind, part), "{text}");
        assert_eq!(
            error.to_string(),
            format!("invalid endpoint {text:?}: {told}")
        );
    }
    let error = Endpoint::parse(&long_url).unwrap_err();
    assert_eq!(error.kind(), TooLong);
    assert_eq!(
        error.to_string(),
        format!(
            "invalid endpoint: the URL is {} bytes long, the limit is 2048",
            long_url.len()
        )
    );
    let error = parsed("https://db").with_region("eu west").unwrap_err();
    assert_eq!(
        error.to_string(),
        "region \"eu west\" is not a region name; write one such as eu-west-1"
    );
}

/// Nothing is shown of a text with a password in it, wherever it is cut.
#[test]
fn passwords_are_not_shown() {
    for text in [
        "https://user:c4n4ry@db.example.com",
        "https://user:c4n4ry?c4n4ry@db.example.com",
        "https://user:c4n4ry#c4n4ry@db.example.com",
        "https://user:c4n4ry/c4n4ry@db.example.com",
        "c4n4ry@db.example.com",
        "c4n4ry://c4n4ry@db.example.com",
        "https://db.example.com/c4n4ry@",
    ] {
        let error = Endpoint::parse(text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("c4n4ry"), "{error}");
    }
    let error = Endpoint::parse("https://user:c4n4ry@db.example.com").unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid endpoint: user name or password is not allowed; remove everything up to '@' and configure \
         credentials instead"
    );
}
