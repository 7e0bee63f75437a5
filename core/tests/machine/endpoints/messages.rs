//! The messages of invalid endpoints and regions.

use neptunedata::{Endpoint, endpoint::EndpointErrorKind};

use super::parsed;

/// One row for each mistake: the text, the part that is wrong, and the message.
#[test]
fn every_mistake_has_its_own_message() {
    use EndpointErrorKind::*;
    let https = |rest: &str| format!("https://{rest}");
    let long_label = "a".repeat(64);
    let long_name = vec!["a".repeat(63); 4].join(".");
    let long_url = https(&format!("db/{}", "a".repeat(2040)));
    let hint = "write https:// or http://, or the whole host name of a cluster, such as \
        my-db.cluster-abc.eu-west-1.neptune.amazonaws.com";
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
    for (text, kind, part, message) in rows {
        let error = Endpoint::parse(&text).unwrap_err();
        assert_eq!((error.kind(), error.part()), (kind, part), "{text}");
        assert_eq!(
            error.to_string(),
            format!("invalid endpoint {text:?}: {message}")
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

/// A text with a password is not shown, wherever it is split.
#[test]
fn passwords_are_not_shown() {
    for text in [
        "https://user:c4n4ry@db.example.com",
        "https://user:c4n4ry?c4n4ry@db.example.com",
        "https://user:c4n4ry#c4n4ry@db.example.com",
        "https://user:c4n4ry/c4n4ry@db.example.com",
        "https://user:c4/c4n4ry@db.example.com",
        "user:c4n4ry@db.example.com",
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
        "invalid endpoint: user name or password is not allowed; remove it and the '@' after it, and configure \
         credentials instead"
    );
}
