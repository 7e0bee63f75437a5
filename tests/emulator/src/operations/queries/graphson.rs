//! The encodings of Gremlin values: plain JSON, or GraphSON with types.

use serde_json::{Map, Value, json};

use super::accept::preferred;

/// The accepted media types. The type `application/json` is also used if the client accepts none of them (assumed).
const MEDIA_TYPES: &[&str] = &[
    "application/json",
    "application/vnd.gremlin-v3.0+json;types=false",
    "application/vnd.gremlin-v3.0+json",
    "application/vnd.gremlin-v2.0+json;types=false",
    "application/vnd.gremlin-v2.0+json",
    "application/vnd.gremlin-v1.0+json;types=false",
    "application/vnd.gremlin-v1.0+json",
    "application/vnd.graphbinary-v1.0",
    "application/vnd.graphbinary-v1.0-stringd",
];

/// The encoding of a Gremlin response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Serializer {
    Json {
        version: Version,
        typed: bool,
        media_type: &'static str,
    },
    Binary {
        /// Whether results are strings.
        strings: bool,
        media_type: &'static str,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
    V3,
}

impl Serializer {
    /// The encoding that the client prefers. `plain_typed` says whether that of `application/json` has types.
    pub(super) fn accepted(accept: Option<&str>, plain_typed: bool) -> Self {
        let media_type = preferred(accept, MEDIA_TYPES).unwrap_or("application/json");
        let (name, untyped) = match media_type.strip_suffix(";types=false") {
            Some(name) => (name, true),
            None => (media_type, false),
        };
        let version = match name {
            "application/vnd.graphbinary-v1.0" | "application/vnd.graphbinary-v1.0-stringd" => {
                return Self::Binary {
                    strings: name.ends_with("-stringd"),
                    media_type,
                };
            }
            "application/vnd.gremlin-v2.0+json" => Version::V2,
            "application/vnd.gremlin-v1.0+json" => Version::V1,
            _ => Version::V3,
        };
        let typed = match (name, version) {
            ("application/json", _) => plain_typed,
            // The first version has no types in responses.
            (_, Version::V1) => false,
            _ => !untyped,
        };
        Self::Json {
            version,
            typed,
            media_type,
        }
    }
}

/// Adds types to a value. Existing types are kept.
pub(super) fn typed(value: &Value, version: Version) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
        Value::Number(number) => {
            let name = match number.as_i64() {
                Some(small) if i32::try_from(small).is_ok() => "g:Int32",
                Some(_) => "g:Int64",
                None if number.is_u64() => "gx:BigInteger",
                None => "g:Double",
            };
            json!({ "@type": name, "@value": number })
        }
        Value::Array(items) => {
            let items: Vec<Value> = items.iter().map(|item| typed(item, version)).collect();
            match version {
                Version::V3 => json!({ "@type": "g:List", "@value": items }),
                Version::V1 | Version::V2 => items.into(),
            }
        }
        Value::Object(members) if members.contains_key("@type") => value.clone(),
        Value::Object(members) if version == Version::V3 => {
            let flat: Vec<Value> = members
                .iter()
                .flat_map(|(name, member)| [name.as_str().into(), typed(member, version)])
                .collect();
            json!({ "@type": "g:Map", "@value": flat })
        }
        Value::Object(members) => {
            let members = members.iter();
            let members: Map<_, _> = members
                .map(|(name, member)| (name.clone(), typed(member, version)))
                .collect();
            members.into()
        }
    }
}

/// Removes the types of a value.
pub(super) fn untyped(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(untyped).collect(),
        Value::Object(members) => match (members.get("@type"), members.get("@value")) {
            (Some(Value::String(name)), Some(inner)) => untyped_as(name, inner),
            _ => object(members),
        },
        other => other.clone(),
    }
}

fn object(members: &Map<String, Value>) -> Value {
    let members = members.iter();
    let members: Map<_, _> = members
        .map(|(name, member)| (name.clone(), untyped(member)))
        .collect();
    members.into()
}

fn untyped_as(name: &str, inner: &Value) -> Value {
    match (name, inner) {
        ("g:Map", Value::Array(flat)) => {
            let mut members = Map::new();
            let mut items = flat.iter();
            while let Some(key) = items.next() {
                let key = match untyped(key) {
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                members.insert(key, items.next().map_or(Value::Null, untyped));
            }
            members.into()
        }
        ("g:Vertex" | "g:Edge", Value::Object(members)) => {
            let mut plain = object(members);
            let kind = if name == "g:Edge" { "edge" } else { "vertex" };
            if let Value::Object(members) = &mut plain {
                members.insert("type".to_owned(), kind.into());
            }
            plain
        }
        (_, inner) => untyped(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_captured_answer() {
        let plain = json!([{ "contains": 7006 }]);
        let typed_by_hand = json!({"@type":"g:List","@value":[
            {"@type":"g:Map","@value":["contains",{"@type":"g:Int64","@value":7006}]}]});
        assert_eq!(untyped(&typed_by_hand), plain);
        assert_eq!(
            typed(&plain, Version::V3),
            json!({"@type":"g:List","@value":[
                {"@type":"g:Map","@value":["contains",{"@type":"g:Int32","@value":7006}]}]})
        );
        assert_eq!(
            typed(
                &json!([1.5, null, "x", 5_000_000_000_u64, u64::MAX]),
                Version::V2
            ),
            json!([{"@type":"g:Double","@value":1.5}, null, "x", {"@type":"g:Int64","@value":5_000_000_000_u64},
                {"@type":"gx:BigInteger","@value":u64::MAX}])
        );
        assert_eq!(typed(&typed_by_hand, Version::V3), typed_by_hand);
    }

    #[test]
    fn elements_say_what_they_are() {
        let vertex = json!({"@type":"g:Vertex","@value":{"id":"v1","label":"person"}});
        assert_eq!(
            untyped(&vertex),
            json!({"id":"v1","label":"person","type":"vertex"})
        );
        assert_eq!(
            untyped(&json!({"@type":"g:Map","@value":["odd"]})),
            json!({"odd":null})
        );
    }

    #[test]
    fn what_is_accepted() {
        use Version::{V1, V2, V3};

        let json = |version, typed, media_type| Serializer::Json {
            version,
            typed,
            media_type,
        };
        let binary = |strings, media_type| Serializer::Binary {
            strings,
            media_type,
        };
        let plain = json(V3, false, "application/json");
        let v1 = "application/vnd.gremlin-v1.0+json";
        let v3 = "application/vnd.gremlin-v3.0+json";
        let untyped = "application/vnd.gremlin-v3.0+json;types=false";
        let v2 = "application/vnd.gremlin-v2.0+json;types=false";
        let bytes = "application/vnd.graphbinary-v1.0";
        let strings = "application/vnd.graphbinary-v1.0-stringd";
        let second = "text/html, Application/vnd.gremlin-v3.0+json ; types=false";
        for (accept, expected) in [
            (v3, json(V3, true, v3)),
            (second, json(V3, false, untyped)),
            (v2, json(V2, false, v2)),
            (v1, json(V1, false, v1)),
            ("*/*", plain.clone()),
            ("text/html", plain.clone()),
            (
                "application/vnd.gremlin-v3.0+json;q=0.5, application/json",
                plain,
            ),
            (
                "application/json;q=0.5, application/vnd.gremlin-v3.0+json",
                json(V3, true, v3),
            ),
            ("*/*, application/vnd.gremlin-v3.0+json", json(V3, true, v3)),
            (bytes, binary(false, bytes)),
            (strings, binary(true, strings)),
        ] {
            assert_eq!(Serializer::accepted(Some(accept), false), expected);
        }
        let typed = json(V3, true, "application/json");
        assert_eq!(Serializer::accepted(None, true), typed);
    }
}
