//! Strings, numbers and booleans are converted to the requested type.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Id, Mode, from_slice, reads, reason};

#[test]
fn strings_from_scalars() {
    for (found, text) in [
        (r#""a""#, "a"),
        (r#""a\nb""#, "a\nb"),
        ("12", "12"),
        ("-12", "-12"),
        ("18446744073709551615", "18446744073709551615"),
        ("1.5", "1.5"),
        ("true", "true"),
        ("false", "false"),
    ] {
        reads(found, text.to_owned());
        reads(found, Some(text.to_owned()));
        reads(found, Id(text.to_owned()));
        reads(found, Mode::from(text));
        reads(&format!("[{found}]"), vec![text.to_owned()]);
        let map = BTreeMap::from([("k".to_owned(), text.to_owned())]);
        reads(&format!(r#"{{"k":{found}}}"#), map);
    }
    for (found, kind) in [
        ("null", "null"),
        ("[1]", "sequence"),
        (r#"{"a":1}"#, "map"),
        ("{}", "map"),
    ] {
        let expected = format!("invalid type: {kind}, expected a string");
        assert_eq!(reason::<String>(found), expected);
    }
}

#[test]
fn integers_from_digits_and_whole_floats() {
    for (found, value) in [
        ("3", 3),
        ("-3", -3),
        ("-0", 0),
        ("3.0", 3),
        ("1e3", 1000),
        ("-1.0e1", -10),
        (r#""42""#, 42),
        (r#""+42""#, 42),
        (r#""-42""#, -42),
        (r#""-0""#, 0),
        (r#""007""#, 7),
        ("2147483647", i32::MAX),
        (r#""-2147483648""#, i32::MIN),
        ("-2147483648.0", i32::MIN),
    ] {
        reads(found, value);
        reads(found, Some(i64::from(value)));
    }
    reads("18446744073709551615", u64::MAX);
    reads(r#""18446744073709551615""#, u64::MAX);
    reads("-9223372036854775808", i64::MIN);
    reads("255.0", u8::MAX);
    reads("170141183460469231731687303715884105727", i128::MAX);
    reads("340282366920938463463374607431768211455", u128::MAX);

    let long = format!(r#""{}""#, "9".repeat(1000));
    for (found, number) in [
        ("2147483648", "2147483648"),
        (r#""-2147483649""#, "-2147483649"),
        ("1e300", "1e300"),
        (&long, "the number"),
    ] {
        let range = "is out of range: expected -2147483648 to 2147483647";
        assert_eq!(reason::<i32>(found), format!("{number} {range}"));
    }
    assert_eq!(reason::<u8>("-1"), "-1 is out of range: expected 0 to 255");
    assert!(reason::<i64>("9223372036854775808").starts_with("9223372036854775808 is out"));
    // Integers of more than 64 bits arrive as rounded floats.
    assert!(reason::<i64>("-9223372036854775809").contains("out of range"));
    assert!(reason::<u64>("18446744073709551616").contains("out of range"));
    for (found, kind) in [
        ("true", "boolean `true`"),
        ("1.5", "floating point `1.5`"),
        ("null", "null"),
    ] {
        let expected = format!("invalid type: {kind}, expected i32");
        assert_eq!(reason::<i32>(found), expected);
    }
    for text in [
        "", " 1", "1 ", "1.0", "1_0", "0x1", "+", "-", "--1", "abc", "NaN", "٣",
    ] {
        let expected = format!("invalid type: string {text:?}, expected i32");
        assert_eq!(reason::<i32>(&format!("\"{text}\"")), expected);
    }
}

#[test]
fn floats_from_text() {
    for (found, value) in [
        ("1.5", 1.5),
        ("2", 2.0),
        ("-2", -2.0),
        (r#""1.5""#, 1.5),
        (r#""1e3""#, 1000.0),
        (r#""7""#, 7.0),
    ] {
        reads(found, value);
    }
    reads(r#""0.5""#, 0.5_f32);
    for text in ["", "NaN", "inf", "-infinity", "1e999", "1 ", "x"] {
        let reason = reason::<f64>(&format!("\"{text}\""));
        assert!(reason.ends_with("expected f64"), "{text}");
    }
    assert!(reason::<f64>("true").ends_with("expected f64"));
}

#[test]
fn booleans_from_words() {
    for (found, value) in [
        ("true", true),
        ("false", false),
        (r#""true""#, true),
        (r#""False""#, false),
        (r#""TRUE""#, true),
    ] {
        reads(found, value);
        reads(found, Some(value));
    }
    for found in [
        "1",
        "0",
        "1.0",
        r#""""#,
        r#""yes""#,
        r#"" true""#,
        "null",
        "[]",
        "{}",
    ] {
        let reason = reason::<bool>(found);
        assert!(reason.ends_with("expected a boolean"), "{found}");
    }
}

#[test]
fn numbers_can_arrive_as_a_map_with_their_text() {
    // This is how serde_json passes big and fractional numbers if any crate enables `arbitrary_precision`.
    let number = |text: &str| format!(r#"{{"$serde_json::private::Number": "{text}"}}"#);
    reads(&number("1.50"), "1.50".to_owned());
    reads(&number("1e3"), 1000);
    reads(&number("-0"), 0);
    reads(&number("1.5"), 1.5);
    assert!(reason::<i64>(&number("9223372036854775808")).contains("out of range"));
    assert!(reason::<i32>(&number("1.5")).contains("expected i32"));
    assert!(reason::<i32>(r#"{"a": 1}"#).contains("expected i32"));
}

#[test]
fn a_raw_value_is_the_text_as_it_was_received() {
    #[derive(Deserialize)]
    struct Kept<'a> {
        #[serde(borrow)]
        one: Option<&'a RawValue>,
        #[serde(borrow)]
        list: Vec<&'a RawValue>,
        absent: Option<&'a RawValue>,
    }

    let text =
        r#"{"one": {"b":1.500, "a":[null, "\u00e9"]} ,"list":[1e2, "x",{"c":3}], "absent":null}"#;
    let kept: Kept<'_> = from_slice(text.as_bytes()).unwrap();
    assert_eq!(
        kept.one.unwrap().get(),
        r#"{"b":1.500, "a":[null, "\u00e9"]}"#
    );
    let list: Vec<_> = kept.list.iter().map(|value| value.get()).collect();
    assert_eq!(list, ["1e2", "\"x\"", "{\"c\":3}"]);
    assert!(kept.absent.is_none());
}
