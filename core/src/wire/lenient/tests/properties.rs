//! Properties of any output and any document.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Id, Kind, Mode, Model, Output};
use crate::wire::lenient::{Category, from_slice};

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

/// Names, most of which are members of `Output`.
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
        payload in proptest::option::of(document().prop_filter("null is read as None", |v| !v.is_null())),
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
            mode: id.map(Mode::from),
        }
    }
}

proptest! {
    #[test]
    fn serialized_outputs_are_read(output in output()) {
        let body = serde_json::to_vec(&output).unwrap();
        prop_assert_eq!(from_slice::<Output>(&body), Ok(output));
    }

    #[test]
    fn truncated_outputs_are_an_early_end(output in output(), cut in any::<prop::sample::Index>(), pretty in any::<bool>()) {
        let body = if pretty { serde_json::to_vec_pretty(&output) } else { serde_json::to_vec(&output) }.unwrap();
        let body = &body[..cut.index(body.len())];
        prop_assert_eq!(from_slice::<Output>(body).unwrap_err().category, Category::Eof);
        prop_assert_eq!(from_slice::<BTreeMap<String, Value>>(body).unwrap_err().category, Category::Eof);
        // A type that ignores all members.
        prop_assert_eq!(from_slice::<Model>(body).unwrap_err().category, Category::Eof);
    }

    #[test]
    fn any_document_is_an_output_or_an_error(value in document()) {
        let body = serde_json::to_vec(&value).unwrap();
        let ours = from_slice::<Output>(&body);
        // serde_json also reads arrays as structs. For documents without structs inside, both agree on
        // everything that serde_json can read.
        if let Ok(theirs) = serde_json::from_slice::<Output>(&body) {
            let plain = value.is_object() && theirs.ml_models.is_none() && theirs.detail.is_none();
            if plain || ours.is_ok() {
                prop_assert_eq!(ours, Ok(theirs));
            }
        }
        prop_assert_eq!(from_slice::<Value>(&body).ok(), Some(value).filter(Value::is_object));
    }

    #[test]
    fn corrupt_bytes_do_not_panic(output in output(), at in any::<prop::sample::Index>(), byte in any::<u8>(), more in proptest::collection::vec(any::<u8>(), 0..4)) {
        let mut body = serde_json::to_vec(&output).unwrap();
        let at = at.index(body.len());
        body[at] = byte;
        let _ = from_slice::<Output>(&body);
        body.splice(at..at, more);
        let _ = from_slice::<Output>(&body);
    }
}
