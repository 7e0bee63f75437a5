//! Bodies carry values exactly, or the request is rejected with the path of the value.

use std::collections::BTreeMap;

use neptunedata::{
    CallOptions, Effect, Operation, OperationInfo,
    error::{DecodeError, FieldErrorKind},
    operation::{RawResponse, RequestWriter},
};
use serde::{Serialize, Serializer};

use super::encoding::{endpoint, sent, session};

/// An operation with this body.
struct With<'a, T: ?Sized>(&'a T);

impl<T: Serialize + ?Sized> Operation for With<'_, T> {
    type Output = ();
    const INFO: &'static OperationInfo =
        &OperationInfo::new("With", http::Method::POST, "/with", Effect::Read);

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.json(self.0);
    }

    fn decode(_: &RawResponse<'_>) -> Result<(), DecodeError> {
        Ok(())
    }
}

#[derive(Serialize)]
struct Row<T> {
    score: Option<T>,
}

#[derive(Serialize)]
struct New<T>(T);

#[derive(Serialize)]
struct Tuple<T>(u8, T);

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
enum Variant<T> {
    Unit,
    New(T),
    Tuple(u8, T),
    Struct { field: T },
}

struct Bytes;

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(b"bytes")
    }
}

#[track_caller]
fn rejected(path: &str, reason: &str, value: &(impl Serialize + ?Sized)) {
    let error = neptunedata::request(&With(value), &endpoint()).expect_err(path);
    let [error] = error.field_errors() else {
        panic!("{error}")
    };
    let kind = FieldErrorKind::Other(reason.to_owned().into());
    assert_eq!((error.field(), error.kind()), (path, &kind));
}

/// In each container of serde's data model.
#[track_caller]
fn rejected_everywhere<T: Serialize>(reason: &str, value: T) {
    rejected("", reason, &value);
    let none = &Row { score: None };
    let row = &Row { score: Some(value) };
    rejected("[1].score", reason, &[none, row][..]);
    rejected("[1].score", reason, &(none, row));
    rejected("[1].score", reason, &Tuple(0, row));
    rejected(
        "a.b.score",
        reason,
        &BTreeMap::from([("a", BTreeMap::from([("b", row)]))]),
    );
    rejected("score", reason, &Some(New(row)));
    rejected("New.score", reason, &Variant::New(row));
    rejected("Tuple[1].score", reason, &Variant::Tuple(0, row));
    rejected(
        "Struct.field.score",
        reason,
        &Variant::Struct { field: row },
    );
}

#[test]
fn values_that_json_cannot_carry_are_rejected_with_their_path() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let reason = format!("JSON cannot represent the number {number}");
        rejected_everywhere(&reason, number);
        #[expect(clippy::cast_possible_truncation, reason = "it stays what it is")]
        rejected_everywhere(&reason, number as f32);
    }
    let reason = "JSON cannot represent bytes: use a string, such as base64, or a list of numbers";
    rejected_everywhere(reason, Bytes);
}

/// Flattened members are written key by key.
#[test]
fn the_path_has_flattened_members() {
    #[derive(Serialize)]
    struct Flat<T> {
        #[serde(flatten)]
        rest: T,
    }
    let reason = "JSON cannot represent the number NaN";
    let rest = BTreeMap::from([("a", 1.0), ("b", f64::NAN)]);
    rejected("[0].b", reason, &[Flat { rest }]);
    let rest = BTreeMap::from([("key\n", [f64::NAN])]);
    rejected("key\u{fffd}[0]", reason, &Flat { rest });
}

#[test]
fn maps_with_keys_that_are_not_strings_are_rejected() {
    fn map<K: Ord>(key: K) -> BTreeMap<K, u8> {
        BTreeMap::from([(key, 1)])
    }
    let reason = "key must be a string";
    rejected_everywhere(reason, map(1_u8));
    rejected_everywhere(reason, map(i128::MIN));
    rejected_everywhere(reason, map(true));
    rejected_everywhere(reason, map(Some(1)));
    rejected_everywhere(reason, map(()));
    rejected_everywhere(reason, map([1, 2]));
    rejected_everywhere(reason, map(map("a")));
    rejected_everywhere(reason, map(Variant::New("a")));
    /// For keys without an order.
    struct Pairs<K>(K);
    impl<K: Serialize> Serialize for Pairs<K> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map([(&self.0, 1)])
        }
    }
    rejected_everywhere(reason, Pairs(0.5));
    rejected_everywhere(reason, Pairs(0.5_f32));
    rejected_everywhere(reason, Pairs(New(1)));
}

#[test]
fn all_other_values_are_exact() {
    #[track_caller]
    fn exact(text: &str, value: &(impl Serialize + ?Sized)) {
        let request = neptunedata::request(&With(value), &endpoint()).expect("a request");
        assert_eq!(request.body(), text);

        // Members stay as they are when others are added.
        let body = BTreeMap::from([("a", value)]);
        let options = CallOptions::new().extra("b", 1);
        let request = sent(&session(), &With(&body), &options);
        assert_eq!(request.body(), &format!(r#"{{"a":{text},"b":1}}"#));
    }
    exact("340282366920938463463374607431768211455", &u128::MAX);
    exact("-170141183460469231731687303715884105728", &i128::MIN);
    exact("18446744073709551615", &u64::MAX);
    exact("[-0.0,5e-324]", &[-0.0, 5e-324]);
    exact("0.1", &0.1_f32);
    exact("[true,null,null]", &(true, None::<u8>, ()));
    exact(r#"{"b":1,"a\"\\,{":2}"#, &{
        #[derive(Serialize)]
        struct Unsorted {
            b: u8,
            #[serde(rename = "a\"\\,{")]
            a: u8,
        }
        Unsorted { b: 1, a: 2 }
    });
    exact(r#"{"é":"\n"}"#, &BTreeMap::from([('é', '\n')]));
    exact(r#"{"Unit":1}"#, &BTreeMap::from([(Variant::<u8>::Unit, 1)]));
    exact(r#"["Unit",{"New":1}]"#, &[Variant::Unit, Variant::New(1)]);
    exact(r#"{"k":1}"#, &serde_json::json!({"k": 1}));
}
