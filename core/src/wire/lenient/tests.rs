use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::{Category, LenientError, elide, from_slice};

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, LenientError> {
    from_slice(text.as_bytes())
}

/// `T` from the member `v`.
fn member<T: serde::de::DeserializeOwned>(value: &str) -> Result<T, (String, String)> {
    #[derive(Deserialize)]
    struct One<T> {
        v: T,
    }
    let text = format!(r#"{{"v": {value}}}"#);
    read::<One<T>>(&text)
        .map(|one| one.v)
        .map_err(|e| (e.path, e.reason))
}

fn reason<T: serde::de::DeserializeOwned + fmt::Debug>(value: &str) -> String {
    let (path, reason) = member::<T>(value).unwrap_err();
    assert_eq!(path, "v");
    reason
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    status: Option<String>,
    statistics_id: Option<Id>,
    count: Option<i32>,
    limit: Option<u64>,
    ratio: Option<f64>,
    auto_compute: Option<bool>,
    ids: Option<Vec<String>>,
    ml_models: Option<Vec<Model>>,
    predicates: Option<Vec<BTreeMap<String, i64>>>,
    settings: Option<BTreeMap<String, String>>,
    features: Option<BTreeMap<String, Value>>,
    payload: Option<Value>,
    detail: Option<Box<Output>>,
    kind: Option<Kind>,
    mode: Option<Mode>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Model {
    name: Option<String>,
    arn: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Id(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    Add,
    Remove,
}

/// An open enum: any name will do.
#[derive(Debug, Clone, PartialEq)]
enum Mode {
    Resume,
    Other(String),
}

impl Serialize for Mode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Mode::Resume => "RESUME",
            Mode::Other(name) => name,
        })
    }
}

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Mode;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mode")
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<Mode, E> {
                Ok(if v == "RESUME" {
                    Mode::Resume
                } else {
                    Mode::Other(v.to_owned())
                })
            }
        }
        deserializer.deserialize_str(Name)
    }
}

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

    let range = "is out of range, which is -2147483648 to 2147483647";
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
    assert_eq!(reason::<u8>("-1"), "-1 is out of range, which is 0 to 255");
    assert_eq!(
        reason::<i64>("9223372036854775808").split(' ').next(),
        Some("9223372036854775808")
    );
    // Integers of more than 64 bits come as floats, rounded.
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
fn nulls_are_left_out_where_they_cannot_be() {
    type Strings = Vec<String>;
    assert_eq!(
        member::<Strings>(r#"[null, "a", null, null, "b", null]"#).unwrap(),
        ["a", "b"]
    );
    assert_eq!(member::<Strings>("[null]").unwrap(), Strings::new());
    assert_eq!(member::<Vec<i32>>(r#"[null, "1", null]"#).unwrap(), [1]);
    assert_eq!(member::<Vec<Id>>(r#"[null, 5]"#).unwrap(), [Id("5".into())]);
    assert_eq!(
        member::<Vec<Mode>>(r#"[null, "RESUME"]"#).unwrap(),
        [Mode::Resume]
    );
    assert_eq!(
        member::<Vec<Kind>>(r#"[null, "ADD"]"#).unwrap(),
        [Kind::Add]
    );
    assert_eq!(
        member::<Vec<Vec<i32>>>("[null, [null, 1], null]").unwrap(),
        [[1]]
    );
    assert_eq!(
        member::<Vec<Model>>(r#"[null, {"name": null}, {"name": 3}, null]"#).unwrap(),
        [
            Model::default(),
            Model {
                name: Some("3".into()),
                arn: None
            }
        ]
    );
    assert_eq!(
        member::<Vec<BTreeMap<String, i64>>>(r#"[null, {"a": null, "b": 1}]"#).unwrap(),
        [BTreeMap::from([("b".to_owned(), 1)])]
    );

    let map = |text| {
        member::<BTreeMap<String, String>>(text)
            .unwrap()
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(map(r#"{"a": null}"#), []);
    assert_eq!(
        map(r#"{"a": null, "\u0062": null, "c\t": 1, "d": null}"#),
        [("c\t".to_owned(), "1".to_owned())]
    );
    assert_eq!(
        member::<BTreeMap<u8, i64>>(r#"{"1": null, "2": 3}"#).unwrap(),
        BTreeMap::from([(2, 3)])
    );

    // A place in a tuple has a meaning, so nothing may move into it.
    assert_eq!(
        member::<(i32, String)>(r#"["1", 2]"#).unwrap(),
        (1, "2".to_owned())
    );
    assert_eq!(member::<(i32, i32)>("[null, 1, 2]").unwrap_err().0, "v[0]");
    assert_eq!(
        member::<(Option<i32>, i32)>("[null, 1]").unwrap(),
        (None, 1)
    );
}

#[test]
fn nulls_stay_where_they_can_be() {
    assert_eq!(
        member::<Vec<Option<i32>>>("[null, 1, null]").unwrap(),
        [None, Some(1), None]
    );
    assert_eq!(member::<Vec<()>>("[null, null]").unwrap(), [(), ()]);
    assert_eq!(
        member::<Vec<Value>>("[null, [null]]").unwrap(),
        [json!(null), json!([null])]
    );
    assert_eq!(
        member::<BTreeMap<String, Option<i32>>>(r#"{"a": null, "b": 1}"#).unwrap(),
        BTreeMap::from([("a".to_owned(), None), ("b".to_owned(), Some(1))])
    );
    assert_eq!(
        member::<BTreeMap<String, Value>>(r#"{"a": null}"#).unwrap()["a"],
        json!(null)
    );

    #[derive(Debug, PartialEq, Deserialize)]
    struct Maybe(Option<String>);
    assert_eq!(
        member::<Vec<Maybe>>("[null, 1]").unwrap(),
        [Maybe(None), Maybe(Some("1".into()))]
    );
}

#[test]
fn documents_are_untouched() {
    let document = r#"{"a": [null, 1, 1.5, "1", "true", true, {"b": null, "": [[], {}]}], "n": 18446744073709551615}"#;
    let value: Value = serde_json::from_str(document).unwrap();
    assert_eq!(member::<Value>(document).unwrap(), value);
    assert_eq!(
        member::<Option<Value>>(document).unwrap(),
        Some(value.clone())
    );
    assert_eq!(read::<Value>(document).unwrap(), value);
    assert_eq!(
        read::<serde_json::Map<String, Value>>(document).unwrap(),
        *value.as_object().unwrap()
    );
}

#[test]
fn types_of_several_forms_are_lenient_inside() {
    #[derive(Debug, PartialEq)]
    struct EventId(i64, i64);
    impl<'de> Deserialize<'de> for EventId {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Forms;
            impl<'de> Visitor<'de> for Forms {
                type Value = EventId;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an event id")
                }
                fn visit_str<E: Error>(self, v: &str) -> Result<EventId, E> {
                    let (commit, op) = v.split_once(':').ok_or_else(|| E::custom("no colon"))?;
                    Ok(EventId(
                        commit.parse().map_err(E::custom)?,
                        op.parse().map_err(E::custom)?,
                    ))
                }
                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EventId, A::Error> {
                    let (mut commit, mut op) = (0, 0);
                    while let Some(key) = map.next_key::<String>()? {
                        if key == "commitNum" {
                            commit = map.next_value()?
                        } else {
                            op = map.next_value()?
                        }
                    }
                    Ok(EventId(commit, op))
                }
            }
            deserializer.deserialize_any(Forms)
        }
    }
    for found in [
        r#""1:2""#,
        r#"{"commitNum": 1, "opNum": 2}"#,
        r#"{"commitNum": "1", "opNum": 2.0}"#,
    ] {
        assert_eq!(member::<EventId>(found).unwrap(), EventId(1, 2));
    }
    assert_eq!(
        member::<EventId>(r#"{"commitNum": true}"#).unwrap_err().0,
        "v.commitNum"
    );
    assert_eq!(
        member::<EventId>(r#""12""#).unwrap_err(),
        ("v".into(), "no colon".into())
    );
}

#[test]
fn a_number_may_come_as_a_map_of_its_text() {
    // What serde_json makes of big and fractional numbers when some crate has turned
    // `arbitrary_precision` on.
    let number = |text: &str| format!(r#"{{"$serde_json::private::Number": "{text}"}}"#);
    assert_eq!(member::<String>(&number("1.50")).unwrap(), "1.50");
    assert_eq!(member::<i32>(&number("1e3")).unwrap(), 1000);
    assert_eq!(member::<i32>(&number("-0")).unwrap(), 0);
    assert_eq!(member::<f64>(&number("1.5")).unwrap(), 1.5);
    assert!(reason::<i64>(&number("9223372036854775808")).contains("out of range"));
    assert!(reason::<i32>(&number("1.5")).contains("expected i32"));
    assert!(reason::<i32>(r#"{"a": 1}"#).contains("expected i32"));
}

#[test]
fn unknown_members_are_read_and_dropped() {
    let text = r#"{"x": {"status": [1, null, {"y": "z"}]}, "status": 1, "": null, "w": 1.5e-7}"#;
    assert_eq!(
        read::<Output>(text).unwrap(),
        Output {
            status: Some("1".into()),
            ..Output::default()
        }
    );
    for text in [
        r#"{"x": [1,]}"#,
        r#"{"x": {"a" 1}}"#,
        r#"{"x": tru}"#,
        r#"{"x": 01}"#,
        r#"{"x": "\q"}"#,
    ] {
        assert_eq!(
            read::<Output>(text).unwrap_err().category,
            Category::Syntax,
            "{text}"
        );
    }
}

#[test]
fn only_objects_are_structs() {
    assert_eq!(
        member::<Model>(r#"["a", "b"]"#).unwrap_err().1,
        "invalid type: sequence, expected struct Model"
    );
    assert_eq!(
        member::<Model>(r#""a""#).unwrap_err().1,
        "invalid type: string \"a\", expected struct Model"
    );
    for text in ["[]", r#"["a"]"#, "1", "null", r#""a""#, " true "] {
        for error in [
            read::<Output>(text).unwrap_err(),
            read::<Value>(text).unwrap_err(),
        ] {
            assert_eq!(error.reason, "expected an object");
            assert_eq!((error.category, error.path.as_str()), (Category::Data, ""));
        }
    }
}

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
        assert_eq!(
            read::<Output>(text).unwrap_err().category,
            category,
            "{text}"
        );
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
fn invalid_utf8_is_found_wherever_it_is() {
    let at = |body: &[u8]| {
        let error = from_slice::<Output>(body).unwrap_err();
        (error.category, error.path, error.line, error.column)
    };
    assert_eq!(
        at(b"{\"status\": \"a\xff\"}"),
        (Category::Syntax, "status".into(), 1, 13)
    );
    assert_eq!(
        at(b"{\n\"ids\": [1, \"\xc0\x80\"]}"),
        (Category::Syntax, "ids[1]".into(), 2, 12)
    );
    assert_eq!(
        at(b"{\"unknown\": [\"\xff\"]}"),
        (Category::Syntax, "unknown".into(), 1, 14)
    );
    assert_eq!(at(b"{\"status\": [], \"x\": \"\xff\"}").1, "status");
    assert_eq!(at(b"{}\xff"), (Category::Syntax, String::new(), 1, 2));
    assert_eq!(at(b"\xff\xfe"), (Category::Syntax, String::new(), 1, 0));
    // Cut within a character.
    assert_eq!(
        at(b"{\"status\": \"a\xe2\x82"),
        (Category::Eof, "status".into(), 1, 13)
    );
}

#[test]
fn deep_nesting_ends_in_an_error() {
    for depth in [126, 127, 128, 10_000, 1_000_000] {
        let lists = format!(
            r#"{{"payload": {}{}}}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        );
        let known = format!(
            r#"{}{}"#,
            r#"{"detail":"#.repeat(depth) + "{}",
            "}".repeat(depth)
        );
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
        // Nobody descends into what is ignored.
        assert!(read::<Model>(&lists).is_ok());
        assert!(read::<Model>(&known).is_ok());
    }
}

#[test]
fn little_of_the_body_is_repeated() {
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
    let error = from_slice::<BTreeMap<String, i32>>(
        &serde_json::to_vec(&json!({ long.clone(): [] })).unwrap(),
    )
    .unwrap_err();
    assert_eq!(error.path.chars().count(), 121);

    assert_eq!(elide(&"a".repeat(120)), "a".repeat(120));
    assert_eq!(
        elide(&format!("{}c{}", "a".repeat(60), "b".repeat(60))),
        format!("{}…{}", "a".repeat(60), "b".repeat(60))
    );
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,6}",
        "[a-z]{1,8}",
        Just("true".to_owned()),
        Just("12".to_owned()),
        any::<i64>().prop_map(|n| n.to_string())
    ]
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-4..4_i8).prop_map(|n| json!(f64::from(n) / 2.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(name(), inner, 0..5)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

/// Names that mostly are members of `Output`.
fn name() -> impl Strategy<Value = String> {
    const NAMES: [&str; 17] = [
        "status",
        "statisticsId",
        "count",
        "limit",
        "ratio",
        "autoCompute",
        "ids",
        "mlModels",
        "predicates",
        "settings",
        "features",
        "payload",
        "detail",
        "kind",
        "mode",
        "name",
        "arn",
    ];
    prop_oneof![8 => proptest::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => text()]
}

prop_compose! {
    fn output()(
        status in proptest::option::of(text()),
        id in proptest::option::of(text()),
        count in any::<Option<i32>>(),
        limit in any::<Option<u64>>(),
        ratio in proptest::option::of((-1000..1000_i32).prop_map(|n| f64::from(n) / 8.0)),
        auto_compute in any::<Option<bool>>(),
        ids in proptest::option::of(proptest::collection::vec(text(), 0..3)),
        names in proptest::option::of(proptest::collection::vec(proptest::option::of(text()), 0..3)),
        settings in proptest::option::of(proptest::collection::btree_map(text(), text(), 0..3)),
        predicates in proptest::option::of(proptest::collection::vec(proptest::collection::btree_map(text(), any::<i64>(), 0..3), 0..3)),
        payload in proptest::option::of(document().prop_filter("null is none", |v| !v.is_null())),
        features in proptest::option::of(proptest::collection::btree_map(text(), document(), 0..3)),
    ) -> Output {
        Output {
            status: status.clone(),
            statistics_id: id.clone().map(Id),
            count,
            limit,
            ratio,
            auto_compute,
            ids,
            ml_models: names.map(|names| names.into_iter().map(|name| Model { name, arn: None }).collect()),
            predicates,
            settings,
            features,
            payload,
            detail: count.map(|count| Box::new(Output { count: Some(count), ..Output::default() })),
            kind: count.map(|n| if n > 0 { Kind::Add } else { Kind::Remove }),
            mode: id.map(|id| if id == "RESUME" { Mode::Resume } else { Mode::Other(id) }),
        }
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read(output in output()) {
        let body = serde_json::to_vec(&output).unwrap();
        prop_assert_eq!(from_slice::<Output>(&body), Ok(output));
    }

    #[test]
    fn a_cut_is_an_early_end(output in output(), cut in any::<prop::sample::Index>(), pretty in any::<bool>()) {
        let body = if pretty { serde_json::to_vec_pretty(&output) } else { serde_json::to_vec(&output) }.unwrap();
        let body = &body[..cut.index(body.len())];
        prop_assert_eq!(from_slice::<Output>(body).unwrap_err().category, Category::Eof);
        prop_assert_eq!(from_slice::<BTreeMap<String, Value>>(body).unwrap_err().category, Category::Eof);
        // Where all is ignored.
        prop_assert_eq!(from_slice::<Model>(body).unwrap_err().category, Category::Eof);
    }

    #[test]
    fn any_document_is_an_answer_or_an_error(value in document()) {
        let body = serde_json::to_vec(&value).unwrap();
        let ours = from_slice::<Output>(&body);
        // serde_json takes lists for structs; without any, whatever it can read is read alike.
        if let Ok(theirs) = serde_json::from_slice::<Output>(&body) {
            let plain = value.is_object() && theirs.ml_models.is_none() && theirs.detail.is_none();
            if plain || ours.is_ok() {
                prop_assert_eq!(ours, Ok(theirs));
            }
        }
        prop_assert_eq!(from_slice::<Value>(&body).ok(), Some(value).filter(Value::is_object));
    }

    #[test]
    fn broken_bytes_do_no_harm(output in output(), at in any::<prop::sample::Index>(), byte in any::<u8>(), more in proptest::collection::vec(any::<u8>(), 0..4)) {
        let mut body = serde_json::to_vec(&output).unwrap();
        let at = at.index(body.len());
        body[at] = byte;
        let _ = from_slice::<Output>(&body);
        body.splice(at..at, more);
        let _ = from_slice::<Output>(&body);
    }
}
