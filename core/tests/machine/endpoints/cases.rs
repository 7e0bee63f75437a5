//! Endpoints and regions that are accepted or rejected.

use neptunedata::{Endpoint, endpoint::EndpointErrorKind};

use super::{NAME, consistent, parsed, refused};

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
    #[rustfmt::skip]
    let regions = [
        ("db.cluster-ro-abc.us-east-2.neptune.amazonaws.com", "us-east-2"),
        ("db.cluster-custom-abc.us-east-2.neptune.amazonaws.com", "us-east-2"),
        ("db-1.abc.us-gov-west-1.neptune.amazonaws.com", "us-gov-west-1"),
        ("db.cluster-abc.cn-north-1.neptune.amazonaws.com.cn", "cn-north-1"),
        ("db.cluster-abc.us-iso-east-1.neptune.c2s.ic.gov", "us-iso-east-1"),
        ("db.cluster-abc.us-isob-east-1.neptune.sc2s.sgov.gov", "us-isob-east-1"),
        ("db.cluster-abc.eu-isoe-west-1.neptune.cloud.adc-e.uk", "eu-isoe-west-1"),
        ("db.cluster-abc.us-isof-south-1.neptune.csp.hci.ic.gov", "us-isof-south-1"),
        ("db.cluster-abc.eusc-de-east-1.neptune.amazonaws.eu", "eusc-de-east-1"),
        ("db.cluster-abc.eu-west-1.neptune.amazonaws.com.", "eu-west-1"),
        ("db.cluster-abc.neptune.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("db.abc.neptune.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
        ("db.cluster-abc.us-gov-east-1.neptune-fips.amazonaws.com", "us-gov-east-1"),
        ("db.cluster-abc.fips-us-east-1.neptune.amazonaws.com", "us-east-1"),
        ("db.cluster-abc.us-east-1-fips.neptune.amazonaws.com", "us-east-1"),
        ("vpce-0a-1b.vpce-svc-0c.eu-west-1.vpce.amazonaws.com", "eu-west-1"),
        ("vpce-0a-1b.neptune.cn-north-1.vpce.amazonaws.com.cn", "cn-north-1"),
    ];
    for (name, region) in regions {
        assert_eq!(parsed(name).region(), Some(region), "{name}");
        assert_eq!(
            parsed(&format!("http://{name}:1")).region(),
            Some(region),
            "{name}"
        );
    }
    // Not Neptune host names, so they need a scheme.
    for name in [
        "localhost",
        "localhost:8182",
        "example.com",
        "db.eu-west-1.neptune.amazonaws.com.evil.example",
        "neptune.amazonaws.com",
        "db.eu-west-1.neptuneamazonaws.com",
        // The region is missing, and another label must not become it.
        "db.cluster-abc.neptune.amazonaws.com",
        "db.cluster-abc.neptune.amazonaws.com.cn",
        "eu-west-1.neptune.amazonaws.com",
        "",
        "/",
    ] {
        assert!(Endpoint::parse(name).is_err(), "{name}");
    }
}

#[test]
fn given_and_default_ports() {
    #[rustfmt::skip]
    let cases = [
        ("https://example.com", "https://example.com", 443),
        ("https://example.com:443", "https://example.com", 443),
        ("http://example.com:443", "http://example.com:443", 443),
        ("http://example.com:80/", "http://example.com", 80),
        ("https://example.com:80", "https://example.com:80", 80),
        ("https://example.com:8182/", "https://example.com:8182", 8182),
        ("HTTPS://Example.COM:0443/Path", "https://example.com/Path", 443),
        (
            "https://my-db.cluster-abc.eu-west-1.neptune.amazonaws.com",
            "https://my-db.cluster-abc.eu-west-1.neptune.amazonaws.com",
            443,
        ),
        ("https://example.com:65535/a/b%20c", "https://example.com:65535/a/b%20c", 65_535),
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
    let hosts = "[::1 ::1] [] [::1]x [::g] [fe80::1%25eth0] [127.0.0.1] 1.2.3 1.2.3.256 1.2.3.4.5 \
        127.1 2130706433 0127.0.0.1";
    for host in hosts.split_whitespace() {
        let text = format!("http://{host}");
        assert!(Endpoint::parse(&text).is_err(), "{text}");
    }
}

#[test]
fn only_scheme_host_port_and_path_are_allowed() {
    #[rustfmt::skip]
    let cases = [
        ("https://user@example.com", EndpointErrorKind::UserInfo),
        ("https://user:password@example.com:8182", EndpointErrorKind::UserInfo),
        ("https://@example.com", EndpointErrorKind::UserInfo),
        ("https://example.com?x=y", EndpointErrorKind::Query),
        ("https://example.com/?", EndpointErrorKind::Query),
        ("https://example.com/#", EndpointErrorKind::Fragment),
        ("ftp://example.com", EndpointErrorKind::Scheme),
        ("wss://my-db.cluster-abc.eu-west-1.neptune.amazonaws.com", EndpointErrorKind::Scheme),
        ("https//example.com", EndpointErrorKind::Scheme),
    ];
    for (text, kind) in cases {
        assert_eq!(refused(text), kind, "{text}");
    }
    for path in [
        "/..", "/a/../b", "/.", "/a/.", "//", "/a//b", "/a b", "/%", "/%2", "/%zz", "/é", "/a\\b",
        "/\nx", "/[x]",
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
fn host_names() {
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
    // Scheme and port make a bare name longer, and the result must still be an endpoint.
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
