//! Values of GraphSON.

use std::time::{Duration, SystemTime};

use neptunedata::{
    gremlin::{GraphSonError, GremlinValue},
    types::RawJson,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use GremlinValue::{
    BigDecimal, BigInteger, Bool, BulkSet, Byte, Date, Direction, Double, Float, Int16, Int32,
    Int64, List, Map, Null, Number, Other, Set, T, Text, Timestamp, Uuid,
};

fn value(text: &str) -> GremlinValue {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub(crate) fn typed(name: &str, value: &str) -> GremlinValue {
    self::value(&format!(r#"{{"@type":"{name}","@value":{value}}}"#))
}

pub(crate) fn text(text: &str) -> GremlinValue {
    Text(text.to_owned())
}

#[test]
fn scalars() {
    assert_eq!(value("null"), Null);
    assert_eq!(value("true"), Bool(true));
    assert_eq!(value(r#""\u00e9\n""#), text("é\n"));
    assert_eq!(value("7"), Number("7".into()));
    assert_eq!(typed("gx:Byte", "-128"), Byte(-128));
    assert_eq!(typed("gx:Int16", "32767"), Int16(i16::MAX));
    assert_eq!(typed("g:Int32", "-7"), Int32(-7));
    assert_eq!(typed("g:Int64", "9223372036854775807"), Int64(i64::MAX));
    assert_eq!(typed("g:Int64", "\"7006\""), Int64(7006));
    assert_eq!(typed("g:Float", "0.1"), Float(0.1));
    assert_eq!(typed("g:Double", "0.1"), Double(0.1));
    assert_eq!(typed("g:Double", "1"), Double(1.0));
    assert_eq!(typed("g:Double", "\"Infinity\""), Double(f64::INFINITY));
    assert_eq!(typed("g:Float", "\"-Infinity\""), Float(f32::NEG_INFINITY));
    assert!(matches!(typed("g:Double", "\"NaN\""), Double(double) if double.is_nan()));
    let id = "41d2e28a-20a4-4ab0-b379-d810dede3786";
    assert_eq!(typed("g:UUID", &format!("{id:?}")), Uuid(id.into()));
    assert_eq!(typed("g:T", "\"label\""), T("label".into()));
    assert_eq!(typed("g:Direction", "\"OUT\""), Direction("OUT".into()));
}

#[test]
fn digits_are_kept() {
    let digits = "123456789987654321123456789987654321";
    assert_eq!(typed("gx:BigInteger", digits), BigInteger(digits.into()));
    let digits = "0.12345678901234567890123456789e-400";
    assert_eq!(typed("gx:BigDecimal", digits), BigDecimal(digits.into()));
    let as_text = typed("gx:BigDecimal", &format!("{digits:?}"));
    assert_eq!(as_text, BigDecimal(digits.into()));
    assert_eq!(value(digits), Number(digits.into()));
}

#[test]
fn times() {
    assert_eq!(typed("g:Date", "1481750076295"), Date(1_481_750_076_295));
    let epoch = SystemTime::UNIX_EPOCH;
    for (value, time) in [
        (
            typed("g:Timestamp", "1481750076295"),
            epoch + Duration::from_millis(1_481_750_076_295),
        ),
        (Date(-1), epoch - Duration::from_millis(1)),
    ] {
        assert_eq!(value.as_system_time(), Some(time));
    }
    // Never a panic, whatever the platform's times can be.
    let _ = (
        Date(i64::MIN).as_system_time(),
        Timestamp(i64::MAX).as_system_time(),
    );
    assert_eq!(Int64(1).as_system_time(), None);
}

#[test]
fn collections() {
    let list = typed("g:List", r#"[1,"a",{"@type":"g:Int32","@value":1}]"#);
    assert_eq!(list, List(vec![Number("1".into()), text("a"), Int32(1)]));
    let set = typed("g:Set", r#"["b","a"]"#);
    assert_eq!(set, Set(vec![text("b"), text("a")]));
    // Keys can be anything, and their order is kept.
    let map = r#"["z",1,{"@type":"g:T","@value":"id"},"x",{"@type":"g:List","@value":[]},null]"#;
    let expected = Map(vec![
        (text("z"), Number("1".into())),
        (T("id".into()), text("x")),
        (List(vec![]), Null),
    ]);
    assert_eq!(typed("g:Map", map), expected);
    assert_eq!(expected.get("id"), Some(&text("x")));
    assert_eq!(typed("g:Map", "[]"), Map(vec![]));
    let bulk = r#"["marko",{"@type":"g:Int64","@value":1099511627776}]"#;
    let bulk = typed("g:BulkSet", bulk);
    assert_eq!(bulk, BulkSet(vec![(text("marko"), 1 << 40)]));
    // GraphSON 2 has plain lists and objects.
    let plain = value(r#"{"b":[{"@type":"g:Int64","@value":1}],"a":null}"#);
    let expected = vec![(text("b"), List(vec![Int64(1)])), (text("a"), Null)];
    assert_eq!(plain, Map(expected));
}

/// What is not understood is kept, and does not keep others from being read.
#[test]
fn values_that_do_not_match_their_type_are_kept() {
    for (name, inner) in [
        ("gx:Byte", "128"),
        ("gx:Int16", "-32769"),
        ("g:Int32", "2147483648"),
        ("g:Int32", "1.5"),
        ("g:Int64", r#""x""#),
        ("g:Double", "1e999"),
        ("g:Float", "1e39"),
        ("g:UUID", "7"),
        ("g:Map", r#"["odd"]"#),
        ("g:List", r#"{"b":1, "a":2}"#),
        ("g:Vertex", "[]"),
        ("g:Vertex", r#"{"label":"without id"}"#),
        ("g:Path", "{}"),
        ("gx:BigInteger", r#""12 cm""#),
        ("g:Tree", r#"{"key":1,"value":2}"#),
        ("g:Tree", "[1]"),
        ("gx:Instant", "12"),
        ("", "null"),
    ] {
        let expected = Other {
            type_name: name.to_owned(),
            value: RawJson::new(inner).unwrap(),
        };
        assert_eq!(typed(name, inner), expected);
    }
    // Maps that only look like typed values.
    for object in [
        r#"{"@type":1,"@value":2}"#,
        r#"{"@type":"g:Int32"}"#,
        r#"{"@type":"g:Int32","@value":1,"more":2}"#,
    ] {
        let plain: Value = serde_json::from_str(object).unwrap();
        let members = plain.as_object().unwrap().len();
        assert_eq!(value(object).as_map().unwrap().len(), members);
    }
    assert_eq!(value(r#"{"@value":1,"@type":"g:Int32"}"#), Int32(1));
}

const VERTEX: &str = r#"{"@type":"g:Vertex","@value":{"id":"3","label":"airport::hub","properties":{
    "code":[{"@type":"g:VertexProperty","@value":{"id":{"@type":"g:Int32","@value":-1063840112},
        "value":"AGR","label":"code"}}],
    "runways":[{"@type":"g:VertexProperty","@value":{"id":{"@type":"g:Int32","@value":7},
        "value":{"@type":"g:Int32","@value":2},"label":"runways","properties":{"since":"1990"}}},
        {"@type":"g:VertexProperty","@value":{"id":{"@type":"g:Int32","@value":8},
        "value":{"@type":"g:Int32","@value":3},"label":"runways"}}]}}}"#;

#[test]
fn m17_elements_come_with_properties_and_without() {
    let vertex = value(VERTEX);
    let vertex = vertex.as_vertex().unwrap();
    assert_eq!(vertex.id, text("3"));
    assert_eq!(vertex.labels().collect::<Vec<_>>(), ["airport", "hub"]);
    assert_eq!(vertex.values("code").collect::<Vec<_>>(), [&text("AGR")]);
    let runways: Vec<_> = vertex.values("runways").collect();
    assert_eq!(runways, [&Int32(2), &Int32(3)]);
    assert_eq!(vertex.values("none").count(), 0);
    let names = vertex.properties.iter().map(|(name, _)| name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["code", "runways"]);
    let runways = &vertex.properties[1].1[0];
    assert_eq!((&runways.id, &*runways.label), (&Int32(7), "runways"));
    assert_eq!(runways.properties, [("since".to_owned(), text("1990"))]);
    assert_eq!(vertex.properties[0].1[0].id, Int32(-1_063_840_112));

    let reference = typed("g:Vertex", r#"{"id":"3","label":"airport"}"#);
    assert!(reference.as_vertex().unwrap().properties.is_empty());

    let edge = typed(
        "g:Edge",
        r#"{"id":"5","label":"route","inVLabel":"airport","outVLabel":"city",
        "inV":"4","outV":"3","properties":{
        "dist":{"@type":"g:Property","@value":{"key":"dist","value":{"@type":"g:Int32","@value":809}}}}}"#,
    );
    let edge = edge.as_edge().unwrap();
    assert_eq!((&edge.id, edge.label.as_str()), (&text("5"), "route"));
    assert_eq!((&edge.out_v, &edge.in_v), (&text("3"), &text("4")));
    assert_eq!(edge.out_v_label.as_deref(), Some("city"));
    assert_eq!(edge.in_v_label.as_deref(), Some("airport"));
    assert_eq!(edge.value("dist"), Some(&Int32(809)));

    let bare = r#"{"id":"5","label":"route","inV":"4","outV":"3"}"#;
    let bare = typed("g:Edge", bare);
    let bare = bare.as_edge().unwrap();
    assert_eq!((bare.properties.len(), &bare.in_v_label), (0, &None));
}

#[test]
fn properties_by_themselves() {
    let since = r#"{"key":"since","value":{"@type":"g:Int32","@value":2009}}"#;
    match typed("g:Property", since) {
        GremlinValue::Property(property) => {
            assert_eq!((&*property.key, property.value), ("since", Int32(2009)));
        }
        other => panic!("{other:?}"),
    }
    let name = r#"{"id":{"@type":"g:Int64","@value":0},"value":"marko","label":"name"}"#;
    match typed("g:VertexProperty", name) {
        GremlinValue::VertexProperty(property) => {
            assert_eq!((property.id, &*property.label), (Int64(0), "name"));
            assert_eq!(property.value, text("marko"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn paths_of_both_versions() {
    let of_3 = typed(
        "g:Path",
        r#"{"labels":{"@type":"g:List","@value":[
        {"@type":"g:Set","@value":["a","b"]},{"@type":"g:Set","@value":[]}]},
        "objects":{"@type":"g:List","@value":[{"@type":"g:Vertex","@value":{"id":"1","label":"person"}},"lop"]}}"#,
    );
    let of_2 = typed(
        "g:Path",
        r#"{"labels":[["a","b"],[]],
        "objects":[{"@type":"g:Vertex","@value":{"id":"1","label":"person"}},"lop"]}"#,
    );
    assert_eq!(of_3, of_2);
    let path = of_3.as_path().unwrap();
    assert_eq!(path.labels, [vec!["a".to_owned(), "b".to_owned()], vec![]]);
    assert_eq!(path.objects[0].as_vertex().unwrap().label, "person");
    assert_eq!(path.objects[1], text("lop"));
}

#[test]
fn accessors() {
    assert_eq!(Int32(1).as_i64(), Some(1));
    assert_eq!(
        (Byte(-1).as_i64(), Byte(-1).as_f64()),
        (Some(-1), Some(-1.0))
    );
    assert_eq!((Int16(2).as_i64(), Int16(2).as_f64()), (Some(2), Some(2.0)));
    assert_eq!(value("12").as_i64(), Some(12));
    assert_eq!(value("1.5").as_i64(), None);
    let big = typed("gx:BigInteger", "99999999999999999999");
    assert_eq!(big.as_i64(), None);
    assert_eq!(typed("gx:BigDecimal", "1.5").as_f64(), Some(1.5));
    assert_eq!(Float(0.5).as_f64(), Some(0.5));
    assert_eq!(Bool(true).as_bool(), Some(true));
    assert_eq!(Set(vec![Null]).as_slice(), Some(&[Null][..]));
    assert_eq!(text("a").as_str(), Some("a"));
    assert_eq!(Null.as_str(), None);
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| {
        let (open, close) = (r#"{"@type":"g:List","@value":["#, "]}");
        format!("{}1{}", open.repeat(depth), close.repeat(depth))
    };
    assert!(nested(127).parse::<GremlinValue>().is_ok());
    for depth in [128, 100_000] {
        let result = nested(depth).parse::<GremlinValue>();
        assert_eq!(result, Err(GraphSonError::TooDeep));
    }
    let deep = "[".repeat(255) + &"]".repeat(255);
    assert!(deep.parse::<GremlinValue>().is_ok());
}

#[test]
fn invalid_json_is_an_error() {
    for text in [
        "",
        "{",
        "[1",
        "nul",
        r#"{"@type":"g:Int32","@value":}"#,
        "1 2",
        "NaN",
    ] {
        let result = text.parse::<GremlinValue>();
        assert!(matches!(result, Err(GraphSonError::Syntax(_))), "{text}");
    }
    for text in [r#""\ud800""#, r#"{"\udc00":1}"#] {
        let result = text.parse::<GremlinValue>();
        assert_eq!(result, Err(GraphSonError::Surrogate), "{text}");
    }
}

/// Any value, and its GraphSON 3.
fn values() -> impl Strategy<Value = (GremlinValue, Value)> {
    let tag = |name: &str, value: Value| json!({"@type": name, "@value": value});
    let leaf = prop_oneof![
        Just((Null, Value::Null)),
        any::<bool>().prop_map(|v| (Bool(v), v.into())),
        any::<String>().prop_map(|v| (Text(v.clone()), v.into())),
        any::<i32>().prop_map(move |v| (Int32(v), tag("g:Int32", v.into()))),
        any::<i64>().prop_map(move |v| (Int64(v), tag("g:Int64", v.into()))),
        any::<i64>().prop_map(move |v| (Date(v), tag("g:Date", v.into()))),
        any::<String>().prop_map(move |v| (T(v.clone()), tag("g:T", v.into()))),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..5);
        let entries = proptest::collection::vec((inner.clone(), inner), 0..4);
        prop_oneof![
            list.clone().prop_map(move |items| {
                let (values, json): (Vec<_>, Vec<_>) = items.into_iter().unzip();
                (List(values), tag("g:List", json.into()))
            }),
            list.prop_map(move |items| {
                let (values, json): (Vec<_>, Vec<_>) = items.into_iter().unzip();
                (Set(values), tag("g:Set", json.into()))
            }),
            entries.prop_map(move |entries| {
                let flat: Vec<_> = entries
                    .iter()
                    .flat_map(|((_, key), (_, value))| [key.clone(), value.clone()])
                    .collect();
                let entries = entries
                    .into_iter()
                    .map(|((key, _), (value, _))| (key, value));
                (Map(entries.collect()), tag("g:Map", flat.into()))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn values_are_read_from_graphson(pair in values(), pretty: bool) {
        let (expected, json) = pair;
        let text = if pretty { format!("{json:#}") } else { json.to_string() };
        prop_assert_eq!(value(&text), expected);
    }

    /// Cut and mutilated text ends in a value or an error.
    #[test]
    fn no_text_panics(pair in values(), at: prop::sample::Index, put: String) {
        let mut text = pair.1.to_string();
        let at = (0..=at.index(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        text.insert_str(at, &put);
        let _ = text.parse::<GremlinValue>();
        let _ = text[..at].parse::<GremlinValue>();
        let _ = put.parse::<GremlinValue>();
    }
}
