//! The category, the path and the text of errors.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Model, Output, read};
use crate::wire::lenient::{Category, elide, from_slice};

#[test]
fn categories() {
    for (text, category) in [
        ("", Category::Eof),
        (" \r\n\t", Category::Eof),
        ("{", Category::Eof),
        ("[1", Category::Eof),
        ("nul", Category::Eof),
        (r#"{"x": -"#, Category::Eof),
        (r#"{"x": 1."#, Category::Eof),
        (r#"{"x": [1e"#, Category::Eof),
        (r#"{"count": -"#, Category::Eof),
        ("<html>", Category::Syntax),
        ("\u{feff}{}", Category::Syntax),
        ("{'status': 1}", Category::Syntax),
        ("{} x", Category::Syntax),
        ("{}{}", Category::Syntax),
        (r#"{"status": NaN}"#, Category::Syntax),
        (r#"{"x": 01, "y": "-"#, Category::Syntax),
        (r#"{"status": "\ud800x"}"#, Category::Syntax),
        (r#"{"status": []}"#, Category::Data),
        (r#"{"kind": "OTHER"}"#, Category::Data),
        (r#"{"status": 1, "status": 2}"#, Category::Data),
    ] {
        let error = read::<Output>(text).unwrap_err();
        assert_eq!(error.category, category, "{text}");
    }
    assert_eq!(read::<Output>("{} \r\n\t").unwrap(), Output::default());
}

#[test]
fn paths() {
    for (text, path) in [
        (r#"{"status": []}"#, "status"),
        (r#"{"mlModels": [{}, {"name": {}}]}"#, "mlModels[1].name"),
        (
            r#"{"mlModels": [null, {}, null, null, {"name": {}}]}"#,
            "mlModels[4].name",
        ),
        (r#"{"mlModels": [null, null, 5]}"#, "mlModels[2]"),
        (r#"{"mlModels": {}}"#, "mlModels"),
        (
            r#"{"detail": {"detail": {"count": "x"}}}"#,
            "detail.detail.count",
        ),
        (
            r#"{"predicates": [{"a": 1}, {"a": 1, "b": true}]}"#,
            "predicates[1].b",
        ),
        (
            r#"{"predicates": [{"a": null, "b": true}]}"#,
            "predicates[0].b",
        ),
        (r#"{"settings": {"a b\u0007": []}}"#, "settings.a b\u{fffd}"),
        (
            r#"{"features": {"a": {"b": [1, {"c": tru"#,
            "features.a.b[1].c",
        ),
        (r#"{"payload": [[], [nul]]}"#, "payload[1][0]"),
        (r#"{"unknown": [[], [nul]]}"#, "unknown"),
        (r#"{"status": 1, "status": 2}"#, ""),
        (r#"{"status": 1, "#, ""),
        (r#"{"detail": {"#, "detail"),
        (r#"{"ids": ["a""#, "ids[1]"),
        (r#"{"status": 1} 2"#, ""),
    ] {
        assert_eq!(read::<Output>(text).unwrap_err().path, path, "{text}");
    }
    let error = read::<Output>("{\n \"count\": true}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "count: invalid type: boolean `true`, expected i32 at line 2 column 14"
    );
    assert_eq!(
        read::<Output>("").unwrap_err().to_string(),
        "EOF while parsing a value at line 1 column 0"
    );
}

#[test]
fn invalid_utf8_is_located() {
    let at = |body: &[u8]| {
        let error = from_slice::<Output>(body).unwrap_err();
        (error.category, error.path, error.line, error.column)
    };
    use Category::{Eof, Syntax};
    for (body, category, path, line, column) in [
        (&b"{\"status\": \"a\xff\"}"[..], Syntax, "status", 1, 13),
        (b"{\n\"ids\": [1, \"\xc0\x80\"]}", Syntax, "ids[1]", 2, 12),
        (b"{\"unknown\": [\"\xff\"]}", Syntax, "unknown", 1, 14),
        (b"{}\xff", Syntax, "", 1, 2),
        (b"\xff\xfe", Syntax, "", 1, 0),
        // Cut within a character.
        (b"{\"status\": \"a\xe2\x82", Eof, "status", 1, 13),
    ] {
        assert_eq!(at(body), (category, path.to_owned(), line, column));
    }
    assert_eq!(at(b"{\"status\": [], \"x\": \"\xff\"}").1, "status");
}

#[test]
fn deep_nesting_ends_in_an_error() {
    for depth in [126, 127, 128, 10_000, 1_000_000] {
        let lists = "[".repeat(depth) + &"]".repeat(depth);
        let lists = format!(r#"{{"payload": {lists}}}"#);
        let known = r#"{"detail":"#.repeat(depth) + "{}" + &"}".repeat(depth);
        if depth == 126 {
            assert!(read::<Output>(&lists).is_ok());
            assert!(read::<Output>(&known).is_ok());
        } else {
            for text in [&lists, &known] {
                let error = read::<Output>(text).unwrap_err();
                assert_eq!(
                    (error.category, &*error.reason),
                    (Category::Syntax, "recursion limit exceeded")
                );
                assert!(read::<Output>(&text[..text.len() / 2]).is_err());
            }
        }
        // Ignored members are not descended into.
        assert!(read::<Model>(&lists).is_ok());
        assert!(read::<Model>(&known).is_ok());
    }
}

#[test]
fn errors_contain_little_of_the_body() {
    let long = "é\"".repeat(20_000);
    let body = |name: &str| serde_json::to_vec(&json!({ name: long.clone() })).unwrap();
    for name in [
        "count",
        "limit",
        "ratio",
        "autoCompute",
        "ids",
        "mlModels",
        "detail",
        "kind",
    ] {
        let error = from_slice::<Output>(&body(name)).unwrap_err();
        assert_eq!(error.path, name);
        assert!(error.reason.chars().count() <= 121, "{}", error.reason);
    }
    let long_name = json!({ long.clone(): [] }).to_string();
    let error = read::<BTreeMap<String, i32>>(&long_name).unwrap_err();
    assert_eq!(error.path.chars().count(), 121);

    let (a, b) = ("a".repeat(60), "b".repeat(60));
    assert_eq!(elide(&format!("{a}{b}")), format!("{a}{b}"));
    assert_eq!(elide(&format!("{a}c{b}")), format!("{a}…{b}"));
}
