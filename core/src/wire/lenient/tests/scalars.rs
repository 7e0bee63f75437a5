//! Strings, numbers and booleans are converted to the requested type.

use std::collections::BTreeMap;

use super::{Id, Mode, member, reason};

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
        assert_eq!(member::<String>(found).unwrap(), text);
        assert_eq!(member::<Option<String>>(found).unwrap().unwrap(), text);
        assert_eq!(member::<Id>(found).unwrap(), Id(text.to_owned()));
        assert_eq!(member::<Mode>(found).unwrap(), Mode::Other(text.to_owned()));
        assert_eq!(
            member::<Vec<String>>(&format!("[{found}]")).unwrap(),
            [text]
        );
        assert_eq!(
            member::<BTreeMap<String, String>>(&format!(r#"{{"k":{found}}}"#)).unwrap()["k"],
            text
        );
    }
    assert_eq!(
        reason::<String>("null"),
        "invalid type: null, expected a string"
    );
    assert_eq!(
        reason::<String>("[1]"),
        "invalid type: sequence, expected a string"
    );
    assert_eq!(
        reason::<String>(r#"{"a":1}"#),
        "invalid type: map, expected a string"
    );
    assert_eq!(
        reason::<String>("{}"),
        "invalid type: map, expected a string"
    );
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
        assert_eq!(member::<i32>(found).unwrap(), value, "{found}");
        assert_eq!(
            member::<Option<i64>>(found).unwrap().unwrap(),
            i64::from(value),
            "{found}"
        );
    }
    assert_eq!(member::<u64>("18446744073709551615").unwrap(), u64::MAX);
    assert_eq!(
        member::<u64>(r#""18446744073709551615""#).unwrap(),
        u64::MAX
    );
    assert_eq!(member::<i64>("-9223372036854775808").unwrap(), i64::MIN);
    assert_eq!(member::<u8>("255.0").unwrap(), u8::MAX);
    assert_eq!(
        member::<i128>("170141183460469231731687303715884105727").unwrap(),
        i128::MAX
    );
    assert_eq!(
        member::<u128>("340282366920938463463374607431768211455").unwrap(),
        u128::MAX
    );

    let range = "is out of range: expected -2147483648 to 2147483647";
    assert_eq!(reason::<i32>("2147483648"), format!("2147483648 {range}"));
    assert_eq!(
        reason::<i32>(r#""-2147483649""#),
        format!("-2147483649 {range}")
    );
    assert_eq!(reason::<i32>("1e300"), format!("1e300 {range}"));
    assert_eq!(
        reason::<i32>(&format!(r#""{}""#, "9".repeat(1000))),
        format!("the number {range}")
    );
    assert_eq!(reason::<u8>("-1"), "-1 is out of range: expected 0 to 255");
    assert_eq!(
        reason::<i64>("9223372036854775808").split(' ').next(),
        Some("9223372036854775808")
    );
    // Integers of more than 64 bits arrive as rounded floats.
    assert!(reason::<i64>("-9223372036854775809").contains("out of range"));
    assert!(reason::<u64>("18446744073709551616").contains("out of range"));

    assert_eq!(
        reason::<i32>("true"),
        "invalid type: boolean `true`, expected i32"
    );
    assert_eq!(
        reason::<i32>("1.5"),
        "invalid type: floating point `1.5`, expected i32"
    );
    assert_eq!(reason::<i32>("null"), "invalid type: null, expected i32");
    for text in [
        "", " 1", "1 ", "1.0", "1_0", "0x1", "+", "-", "--1", "abc", "NaN", "٣",
    ] {
        assert_eq!(
            reason::<i32>(&format!("\"{text}\"")),
            format!("invalid type: string {text:?}, expected i32")
        );
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
        assert_eq!(member::<f64>(found).unwrap(), value, "{found}");
    }
    assert_eq!(member::<f32>(r#""0.5""#).unwrap(), 0.5);
    for text in ["", "NaN", "inf", "-infinity", "1e999", "1 ", "x"] {
        assert!(
            reason::<f64>(&format!("\"{text}\"")).ends_with("expected f64"),
            "{text}"
        );
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
        assert_eq!(member::<bool>(found).unwrap(), value);
        assert_eq!(member::<Option<bool>>(found).unwrap(), Some(value));
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
        assert!(
            reason::<bool>(found).ends_with("expected a boolean"),
            "{found}"
        );
    }
}

#[test]
fn numbers_can_arrive_as_a_map_with_their_text() {
    // This is how serde_json passes big and fractional numbers if any crate enables
    // `arbitrary_precision`.
    let number = |text: &str| format!(r#"{{"$serde_json::private::Number": "{text}"}}"#);
    assert_eq!(member::<String>(&number("1.50")).unwrap(), "1.50");
    assert_eq!(member::<i32>(&number("1e3")).unwrap(), 1000);
    assert_eq!(member::<i32>(&number("-0")).unwrap(), 0);
    assert_eq!(member::<f64>(&number("1.5")).unwrap(), 1.5);
    assert!(reason::<i64>(&number("9223372036854775808")).contains("out of range"));
    assert!(reason::<i32>(&number("1.5")).contains("expected i32"));
    assert!(reason::<i32>(r#"{"a": 1}"#).contains("expected i32"));
}
