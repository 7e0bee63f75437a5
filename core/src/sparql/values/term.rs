//! RDF terms, in the form of SPARQL's JSON results.

use std::{borrow::Cow, fmt};

use serde::de::{
    Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer,
};
use serde::{Serialize, Serializer, ser::SerializeMap};

/// A term of RDF.
///
/// Its serde form is that of SPARQL's JSON results. `typed-literal`, from older standards, is read as a
/// literal. Unknown members are ignored, and terms of unknown kinds are kept.
///
/// ```
/// use neptunedata::sparql::RdfTerm;
///
/// let json = r#"{"type":"literal","value":"chat","xml:lang":"fr"}"#;
/// let term: RdfTerm = neptunedata::serde_json::from_str(json)?;
/// assert_eq!(term.value(), Some("chat"));
/// assert_eq!(term.language(), Some("fr"));
/// # Ok::<(), neptunedata::serde_json::Error>(())
/// ```
///
/// <https://www.w3.org/TR/sparql11-results-json/#select-encode-terms>
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RdfTerm {
    /// An IRI.
    Iri(String),
    /// A blank node. The name is valid only within one response.
    BlankNode(String),
    /// A literal.
    Literal {
        /// Its lexical form. Neptune returns `xsd:dateTime` in UTC, regardless of the time zone in which it was
        /// written.
        value: String,
        /// The IRI of its type. `None` means `xsd:string` or, with a language, `rdf:langString`.
        datatype: Option<String>,
        /// The tag of its language, such as `en-GB`.
        language: Option<String>,
    },
    /// A quoted triple, of RDF-star.
    Triple(Box<RdfTriple>),
    /// A term of a kind that this version does not know.
    Other {
        /// The kind, as named in the response.
        kind: String,
        /// The value.
        value: String,
    },
}

/// A quoted triple.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize)]
pub struct RdfTriple {
    /// The subject.
    pub subject: RdfTerm,
    /// The predicate.
    pub predicate: RdfTerm,
    /// The object.
    pub object: RdfTerm,
}

impl RdfTerm {
    /// A literal without a type or language.
    pub fn literal(value: impl Into<String>) -> Self {
        RdfTerm::Literal {
            value: value.into(),
            datatype: None,
            language: None,
        }
    }

    /// The IRI, the name of the blank node, or the lexical form of the literal; `None` for a triple.
    pub fn value(&self) -> Option<&str> {
        match self {
            RdfTerm::Iri(value)
            | RdfTerm::BlankNode(value)
            | RdfTerm::Literal { value, .. }
            | RdfTerm::Other { value, .. } => Some(value),
            RdfTerm::Triple(_) => None,
        }
    }

    /// The IRI, if the term is one.
    pub fn iri(&self) -> Option<&str> {
        match self {
            RdfTerm::Iri(iri) => Some(iri),
            _ => None,
        }
    }

    /// The IRI of a literal's type, if it has one.
    pub fn datatype(&self) -> Option<&str> {
        match self {
            RdfTerm::Literal { datatype, .. } => datatype.as_deref(),
            _ => None,
        }
    }

    /// The language of a literal, if it has one.
    pub fn language(&self) -> Option<&str> {
        match self {
            RdfTerm::Literal { language, .. } => language.as_deref(),
            _ => None,
        }
    }
}

impl Serialize for RdfTerm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = match self {
            RdfTerm::Iri(_) => "uri",
            RdfTerm::BlankNode(_) => "bnode",
            RdfTerm::Literal { .. } => "literal",
            RdfTerm::Triple(_) => "triple",
            RdfTerm::Other { kind, .. } => kind,
        };
        let mut term = serializer.serialize_map(None)?;
        term.serialize_entry("type", kind)?;
        match self {
            RdfTerm::Triple(triple) => term.serialize_entry("value", triple)?,
            other => term.serialize_entry("value", &other.value())?,
        }
        if let Some(datatype) = self.datatype() {
            term.serialize_entry("datatype", datatype)?;
        }
        if let Some(language) = self.language() {
            term.serialize_entry("xml:lang", language)?;
        }
        term.end()
    }
}

impl<'de> Deserialize<'de> for RdfTerm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Members::deserialize(deserializer).map(Members::into_term)
    }
}

/// The members of a term, borrowed from the JSON text unless they have escapes.
pub(super) struct Members<'de> {
    kind: Cow<'de, str>,
    /// A triple only if the kind is `triple`.
    value: TermValue<'de>,
    datatype: Option<Text<'de>>,
    language: Option<Text<'de>>,
}

impl<'de> Members<'de> {
    fn into_term(self) -> RdfTerm {
        let value = match self.value {
            TermValue::Text(value) => value.into_owned(),
            TermValue::Triple(triple) => return RdfTerm::Triple(triple),
        };
        match self.kind.as_ref() {
            "uri" => RdfTerm::Iri(value),
            "bnode" => RdfTerm::BlankNode(value),
            "literal" | "typed-literal" => RdfTerm::Literal {
                value,
                datatype: self.datatype.map(|Text(datatype)| datatype.into_owned()),
                language: self.language.map(|Text(language)| language.into_owned()),
            },
            _ => RdfTerm::Other {
                kind: self.kind.into_owned(),
                value,
            },
        }
    }

    /// The same as [`RdfTerm::value`].
    pub(super) fn into_value(self) -> Option<Cow<'de, str>> {
        match self.value {
            TermValue::Text(value) => Some(value),
            TermValue::Triple(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TermVisitor)
    }
}

struct TermVisitor;

impl<'de> Visitor<'de> for TermVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an RDF term: an object with type and value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let (mut kind, mut value) = (None, None);
        let (mut datatype, mut language) = (None, None);
        while let Some(Text(key)) = map.next_key()? {
            match key.as_ref() {
                "type" => kind = Some(map.next_value()?),
                "value" => value = Some(map.next_value()?),
                "datatype" => datatype = map.next_value()?,
                "xml:lang" => language = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let Text(kind) = kind.ok_or_else(|| A::Error::missing_field("type"))?;
        let value = value.ok_or_else(|| A::Error::missing_field("value"))?;
        if matches!(value, TermValue::Triple(_)) && kind != "triple" {
            return Err(A::Error::custom(
                "only the value of a triple can be a triple",
            ));
        }
        Ok(Members {
            kind,
            value,
            datatype,
            language,
        })
    }
}

/// A string, borrowed if possible. serde's implementation for `Cow` always copies.
struct Text<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(value)))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(value.to_owned())))
            }

            fn visit_string<E: Error>(self, value: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(value)))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

enum TermValue<'de> {
    Text(Cow<'de, str>),
    Triple(Box<RdfTriple>),
}

impl<'de> Deserialize<'de> for TermValue<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = TermValue<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, or an object for a triple")
            }

            fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<TermValue<'de>, E> {
                Ok(TermValue::Text(Cow::Borrowed(value)))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<TermValue<'de>, E> {
                Ok(TermValue::Text(Cow::Owned(value.to_owned())))
            }

            fn visit_string<E: Error>(self, value: String) -> Result<TermValue<'de>, E> {
                Ok(TermValue::Text(Cow::Owned(value)))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TermValue<'de>, A::Error> {
                let triple = RdfTriple::deserialize(MapAccessDeserializer::new(map))?;
                Ok(TermValue::Triple(Box::new(triple)))
            }
        }

        deserializer.deserialize_any(Either)
    }
}
