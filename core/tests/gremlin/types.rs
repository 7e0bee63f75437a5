//! Types of GraphSON that are written as text or have members.

use std::time::{Duration, SystemTime};

use neptunedata::gremlin::GremlinValue::{self, Int64, TypedMap, TypedText};

use super::values::{text, typed};

fn typed_text(name: &str, text: &str) -> GremlinValue {
    let (type_name, text) = (name.to_owned(), text.to_owned());
    TypedText { type_name, text }
}

/// The types of GraphSON 2 and 3 that are written as text.
#[test]
fn all_types_that_are_written_as_text_are_values() {
    for (name, text) in [
        ("gx:ByteBuffer", "AAEC/w=="),
        ("gx:Char", "é"),
        ("gx:Duration", "PT26H"),
        ("gx:InetAddress", "192.0.2.7"),
        ("gx:Instant", "2024-02-29T23:59:59.5Z"),
        ("gx:LocalDate", "2024-02-29"),
        ("gx:LocalDateTime", "2024-02-29T12:30"),
        ("gx:LocalTime", "12:30:45"),
        ("gx:MonthDay", "--02-29"),
        ("gx:OffsetDateTime", "2024-02-29T12:30-05:00"),
        ("gx:OffsetTime", "12:30+01:00"),
        ("gx:Period", "P1Y2M3D"),
        ("gx:Year", "2024"),
        ("gx:YearMonth", "2024-02"),
        ("gx:ZonedDateTime", "2024-02-29T12:30+01:00[Europe/Paris]"),
        ("gx:ZoneOffset", "+05:45"),
        ("g:Class", "java.util.List"),
        ("g:Barrier", "normSack"),
        ("g:Cardinality", "single"),
        ("g:Column", "values"),
        ("g:DT", "hour"),
        ("g:GType", "INT"),
        ("g:Merge", "onCreate"),
        ("g:Operator", "max"),
        ("g:Order", "desc"),
        ("g:Pick", "none"),
        ("g:Pop", "first"),
        ("g:Scope", "global"),
    ] {
        let value = typed(name, &format!("{text:?}"));
        assert_eq!(value, typed_text(name, text));
        assert_eq!(value.as_str(), Some(text));
        assert_eq!(value.as_i64(), None);
    }
}

#[test]
fn typed_text_is_read_as_a_rust_type() {
    let at = |seconds, nanoseconds| SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds);
    for (name, text, time) in [
        ("gx:Instant", "1970-01-02T00:00:00Z", Some(at(86_400, 0))),
        (
            "gx:Instant",
            "1970-01-01T00:00:01.000000001Z",
            Some(at(1, 1)),
        ),
        (
            "gx:OffsetDateTime",
            "1970-01-01T01:00+00:30",
            Some(at(1_800, 0)),
        ),
        (
            "gx:ZonedDateTime",
            "1970-01-01T01:00:07.5+01:00[Europe/Paris]",
            Some(at(7, 500_000_000)),
        ),
        ("g:DateTime", "1970-01-01T00:00:01Z", Some(at(1, 0))),
        ("gx:LocalDateTime", "1970-01-01T01:00", None),
        ("gx:Instant", "today", None),
        ("gx:Instant", "", None),
    ] {
        assert_eq!(typed_text(name, text).as_system_time(), time, "{text}");
    }
    for (text, duration) in [
        ("PT0S", Some(Duration::ZERO)),
        ("PT26H", Some(Duration::from_secs(93_600))),
        ("PT8H6M12.345S", Some(Duration::new(29_172, 345_000_000))),
        ("PT1M0.000000001S", Some(Duration::new(60, 1))),
        (
            "PT18446744073709551615S",
            Some(Duration::from_secs(u64::MAX)),
        ),
        ("PT18446744073709551615H", None),
        ("PT18446744073709551615S9M", None),
        ("PT1H18446744073709551615S", None),
        ("PT-1H", None),
        ("PT-0.5S", None),
        ("PT1.5H", None),
        ("PT1S1H", None),
        ("PT1", None),
        ("PTS", None),
        ("PT1.0000000001S", None),
        ("PT", None),
        ("P1D", None),
        ("", None),
    ] {
        assert_eq!(
            typed_text("gx:Duration", text).as_duration(),
            duration,
            "{text}"
        );
    }
    for (text, character) in [
        ("x", Some('x')),
        ("\u{1f600}", Some('\u{1f600}')),
        ("xy", None),
        ("", None),
    ] {
        assert_eq!(typed_text("gx:Char", text).as_char(), character, "{text}");
    }
    for (text, bytes) in [
        ("AAEC/w==", Some(vec![0, 1, 2, 255])),
        ("", Some(vec![])),
        ("AAE", None),
    ] {
        assert_eq!(
            typed_text("gx:ByteBuffer", text).as_bytes(),
            bytes,
            "{text}"
        );
    }
    for (text, address) in [
        ("192.0.2.7", Some([192, 0, 2, 7].into())),
        (
            "0:0:0:0:0:0:0:1",
            Some(std::net::Ipv6Addr::LOCALHOST.into()),
        ),
        ("localhost", None),
    ] {
        assert_eq!(
            typed_text("gx:InetAddress", text).as_ip_addr(),
            address,
            "{text}"
        );
    }
    // Only of their own type.
    for other in [
        typed_text("g:Class", "x"),
        typed_text("mine", "PT0S"),
        text("x"),
    ] {
        assert_eq!(other.as_system_time(), None);
        assert_eq!(other.as_duration(), None);
        assert_eq!(other.as_char(), None);
        assert_eq!(other.as_bytes(), None);
        assert_eq!(other.as_ip_addr(), None);
    }
}

/// The types of GraphSON 2 and 3 that have members: an object, or a typed map of version 3.
#[test]
fn all_types_with_members_are_values() {
    for name in [
        "g:Binding",
        "g:Bytecode",
        "g:HaltedTraverserStrategy",
        "g:Lambda",
        "g:Metrics",
        "g:P",
        "g:TextP",
        "g:TraversalExplanation",
        "g:TraversalMetrics",
        "g:Traverser",
        "tinker:graph",
    ] {
        let one = r#"{"@type":"g:Int64","@value":1}"#;
        let of_2 = typed(name, &format!(r#"{{"name":"a","value":{one}}}"#));
        let of_3 = format!(r#"{{"@type":"g:Map","@value":["name","a","value",{one}]}}"#);
        assert_eq!(of_2, typed(name, &of_3));
        let expected = TypedMap {
            type_name: name.to_owned(),
            entries: vec![(text("name"), text("a")), (text("value"), Int64(1))],
        };
        assert_eq!(of_2, expected);
        assert_eq!(of_2.get("value"), Some(&Int64(1)));
    }
}

#[test]
fn trees_have_trees_as_branches() {
    let leaf = r#"{"key":"lop","value":{"@type":"g:Tree","@value":[]}}"#;
    let branch = format!(r#"{{"key":"josh","value":{{"@type":"g:Tree","@value":[{leaf}]}}}}"#);
    let tree = |entries| TypedMap {
        type_name: "g:Tree".to_owned(),
        entries,
    };
    let below = tree(vec![(text("lop"), tree(vec![]))]);
    let expected = tree(vec![(text("josh"), below), (text("lop"), tree(vec![]))]);
    let read = typed("g:Tree", &format!("[{branch},{leaf}]"));
    assert_eq!(read, expected);
    assert_eq!(
        read.get("josh").and_then(|josh| josh.get("lop")),
        Some(&tree(vec![]))
    );
}
