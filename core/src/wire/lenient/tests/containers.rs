//! Nulls, documents, structs and unknown members.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::{Value, json};

use super::{Id, Kind, Mode, Model, Output, member, read};
use crate::wire::lenient::Category;

#[test]
fn nulls_are_left_out_of_types_without_null() {
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

    // A position in a tuple has a meaning, so no null is left out.
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
fn nulls_are_kept_in_types_with_null() {
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
