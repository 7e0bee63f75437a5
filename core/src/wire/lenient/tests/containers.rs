//! Nulls, documents, structs and unknown members.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::{Value, json};

use super::{Id, Kind, Mode, Model, Output, member, read, reads, reason};
use crate::wire::lenient::Category;

#[test]
fn nulls_are_left_out_of_types_without_null() {
    let strings = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    reads::<Vec<String>>(
        r#"[null, "a", null, null, "b", null]"#,
        strings(&["a", "b"]),
    );
    reads::<Vec<String>>("[null]", vec![]);
    reads(r#"[null, "1", null]"#, vec![1]);
    reads("[null, 5]", vec![Id("5".into())]);
    reads(r#"[null, "RESUME"]"#, vec![Mode::Resume]);
    reads(r#"[null, "ADD"]"#, vec![Kind::Add]);
    reads("[null, [null, 1], null]", vec![vec![1]]);
    let named = Model {
        name: Some("3".into()),
        arn: None,
    };
    let models = r#"[null, {"name": null}, {"name": 3}, null]"#;
    reads(models, vec![Model::default(), named]);
    let numbers = BTreeMap::from([("b".to_owned(), 1)]);
    reads(r#"[null, {"a": null, "b": 1}]"#, vec![numbers]);
    reads(r#"{"a": null}"#, BTreeMap::<String, String>::new());
    let texts = BTreeMap::from([("c\t".to_owned(), "1".to_owned())]);
    reads(r#"{"a": null, "\u0062": null, "c\t": 1, "d": null}"#, texts);
    reads(r#"{"1": null, "2": 3}"#, BTreeMap::from([(2, 3)]));
    // A position in a tuple has a meaning, so no null is left out.
    reads(r#"["1", 2]"#, (1, "2".to_owned()));
    assert_eq!(member::<(i32, i32)>("[null, 1, 2]").unwrap_err().0, "v[0]");
    reads("[null, 1]", (None::<i32>, 1));
}

#[test]
fn nulls_are_kept_in_types_with_null() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Maybe(Option<String>);

    reads("[null, 1, null]", vec![None, Some(1), None]);
    reads("[null, null]", vec![(), ()]);
    reads("[null, [null]]", vec![json!(null), json!([null])]);
    let numbers = BTreeMap::from([("a".to_owned(), None), ("b".to_owned(), Some(1))]);
    reads(r#"{"a": null, "b": 1}"#, numbers);
    let values = BTreeMap::from([("a".to_owned(), json!(null))]);
    reads(r#"{"a": null}"#, values);
    reads("[null, 1]", vec![Maybe(None), Maybe(Some("1".into()))]);
}

#[test]
fn documents_are_untouched() {
    let document = r#"{"a": [null, 1, 1.5, "1", "true", true, {"b": null, "": [[], {}]}], "n": 18446744073709551615}"#;
    let value: Value = serde_json::from_str(document).unwrap();
    reads(document, value.clone());
    reads(document, Some(value.clone()));
    assert_eq!(read::<Value>(document).unwrap(), value);
    let map: serde_json::Map<String, Value> = read(document).unwrap();
    assert_eq!(Value::Object(map), value);
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
        reads(found, EventId(1, 2));
    }
    let error = |found| member::<EventId>(found).unwrap_err();
    assert_eq!(error(r#"{"commitNum": true}"#).0, "v.commitNum");
    assert_eq!(error(r#""12""#), ("v".into(), "no colon".into()));
}

#[test]
fn unknown_members_are_read_and_dropped() {
    let text = r#"{"x": {"status": [1, null, {"y": "z"}]}, "status": 1, "": null, "w": 1.5e-7}"#;
    let expected = Output {
        status: Some("1".into()),
        ..Output::default()
    };
    assert_eq!(read::<Output>(text).unwrap(), expected);
    for text in [
        r#"{"x": [1,]}"#,
        r#"{"x": {"a" 1}}"#,
        r#"{"x": tru}"#,
        r#"{"x": 01}"#,
        r#"{"x": "\q"}"#,
    ] {
        let error = read::<Output>(text).unwrap_err();
        assert_eq!(error.category, Category::Syntax, "{text}");
    }
}

#[test]
fn only_objects_are_structs() {
    for (found, kind) in [(r#"["a", "b"]"#, "sequence"), (r#""a""#, r#"string "a""#)] {
        let expected = format!("invalid type: {kind}, expected struct Model");
        assert_eq!(reason::<Model>(found), expected);
    }
    for (text, found) in [
        ("[]", "an array"),
        (r#"["a"]"#, "an array"),
        ("1", "a number"),
        ("-1", "a number"),
        ("null", "null"),
        (r#""a""#, "a string"),
        (" true ", "a boolean"),
    ] {
        for error in [
            read::<Output>(text).unwrap_err(),
            read::<Value>(text).unwrap_err(),
        ] {
            assert_eq!(error.reason, format!("expected an object, found {found}"));
            assert_eq!((error.category, error.path.as_str()), (Category::Data, ""));
        }
    }
}
