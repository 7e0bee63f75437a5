//! The encodings of Gremlin values: plain JSON, or GraphSON with types.

use serde_json::{Map, Value, json};

/// The encoding of a Gremlin response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Serializer {
    Json {
        version: Version,
        typed: bool,
        media_type: String,
    },
    Binary {
        /// Whether results are strings.
        strings: bool,
        media_type: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
    V3,
}

impl Serializer {
    /// The first accepted type that Neptune supports. Without one, the response has the encoding for `application/json`
    /// (assumed).
    pub(super) fn accepted(accept: Option<&str>, plain_typed: bool) -> Self {
        let types = accept.unwrap_or_default().split(',');
        types.filter_map(Self::named).next().unwrap_or(Self::Json {
            version: Version::V3,
            typed: plain_typed,
            media_type: "application/json".to_owned(),
        })
    }

    fn named(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next()?.to_ascii_lowercase();
        let untyped = parts.any(|part| part.eq_ignore_ascii_case("types=false"));
        let version = match name.as_str() {
            "application/vnd.gremlin-v3.0+json" => Version::V3,
            "application/vnd.gremlin-v2.0+json" => Version::V2,
            "application/vnd.gremlin-v1.0+json" => Version::V1,
            "application/vnd.graphbinary-v1.0" | "application/vnd.graphbinary-v1.0-stringd" => {
                return Some(Self::Binary {
                    strings: name.ends_with("-stringd"),
                    media_type: name,
                });
            }
            _ => return None,
        };
        Some(Self::Json {
            version,
            // The first version has no types in responses.
            typed: !untyped && version != Version::V1,
            media_type: if untyped {
                format!("{name};types=false")
            } else {
                name
            },
        })
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
        use Version::{V1, V3};

        let json = |version, typed, media_type: &str| Serializer::Json {
            version,
            typed,
            media_type: media_type.to_owned(),
        };
        let binary = Serializer::Binary {
            strings: false,
            media_type: "application/vnd.graphbinary-v1.0".to_owned(),
        };
        let v1 = "application/vnd.gremlin-v1.0+json";
        let v3 = "application/vnd.gremlin-v3.0+json";
        let untyped = format!("{v3};types=false");
        let second = "text/html, Application/vnd.gremlin-v3.0+json ; types=false";
        for (accept, expected) in [
            (v3, json(V3, true, v3)),
            (second, json(V3, false, &untyped)),
            (v1, json(V1, false, v1)),
            ("*/*", json(V3, false, "application/json")),
            ("application/vnd.graphbinary-v1.0", binary),
        ] {
            assert_eq!(Serializer::accepted(Some(accept), false), expected);
        }
        let typed = json(V3, true, "application/json");
        assert_eq!(Serializer::accepted(None, true), typed);
    }
}
