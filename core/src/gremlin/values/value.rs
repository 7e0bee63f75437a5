//! Values of typed GraphSON.

use std::{
    net::IpAddr,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Deserializer, de::Error as _};

use super::{graphson, typed_text};
use crate::gremlin::GraphSonError;
use crate::types::RawJson;

/// A value of typed GraphSON 3 or 2.
///
/// Untyped GraphSON is read too: strings, lists, maps, and numbers without a type.
///
/// ```
/// use neptunedata::gremlin::GremlinValue;
///
/// let text = r#"{"@type":"g:Map","@value":["contains",{"@type":"g:Int64","@value":7006}]}"#;
/// let value: GremlinValue = text.parse()?;
/// assert_eq!(value.get("contains").and_then(GremlinValue::as_i64), Some(7006));
/// # Ok::<(), neptunedata::gremlin::GraphSonError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum GremlinValue {
    /// Null.
    Null,
    /// True or false.
    Bool(bool),
    /// A string.
    Text(String),
    /// `gx:Byte`, which is signed.
    Byte(i8),
    /// `gx:Int16`.
    Int16(i16),
    /// `g:Int32`.
    Int32(i32),
    /// `g:Int64`.
    Int64(i64),
    /// `g:Float`, including NaN and the infinities.
    Float(f32),
    /// `g:Double`, including NaN and the infinities.
    Double(f64),
    /// A number without a type, as its decimal text.
    Number(String),
    /// `gx:BigInteger`, as its decimal text.
    BigInteger(String),
    /// `gx:BigDecimal`, as its decimal text.
    BigDecimal(String),
    /// `g:UUID`.
    Uuid(String),
    /// `g:Date`, in milliseconds since 1970.
    Date(i64),
    /// `g:Timestamp`, in milliseconds since 1970.
    Timestamp(i64),
    /// `g:List`, or a list without a type.
    List(Vec<GremlinValue>),
    /// `g:Set`, in the order of the response.
    Set(Vec<GremlinValue>),
    /// `g:BulkSet`: values, each with its count.
    BulkSet(Vec<(GremlinValue, i64)>),
    /// `g:Map`, in the order of the response, or an object without a type. Keys can be any value.
    Map(Vec<(GremlinValue, GremlinValue)>),
    /// `g:Vertex`.
    Vertex(Box<Vertex>),
    /// `g:Edge`.
    Edge(Box<Edge>),
    /// `g:VertexProperty`.
    VertexProperty(Box<VertexProperty>),
    /// `g:Property`.
    Property(Box<Property>),
    /// `g:Path`.
    Path(Path),
    /// `g:T`, such as `id` or `label`: keys of element maps.
    T(String),
    /// `g:Direction`, `IN` or `OUT`: keys of the end vertices in the element map of an edge.
    Direction(String),
    /// A value of any other type that is written as text:
    ///
    /// | types | accessor |
    /// |---|---|
    /// | `gx:Instant`, `gx:OffsetDateTime`, `gx:ZonedDateTime`, `g:DateTime` | [`as_system_time`](Self::as_system_time) |
    /// | `gx:Duration` | [`as_duration`](Self::as_duration) |
    /// | `gx:ByteBuffer` | [`as_bytes`](Self::as_bytes) |
    /// | `gx:Char` | [`as_char`](Self::as_char) |
    /// | `gx:InetAddress` | [`as_ip_addr`](Self::as_ip_addr) |
    /// | dates and times without an offset, `gx:Period`, `gx:ZoneOffset` and others | [`as_str`](Self::as_str) |
    /// | `g:Class`, and enums such as `g:Order`, `g:Pop`, `g:Merge` and `g:DT` | [`as_str`](Self::as_str) |
    ///
    /// The text is kept as received. It is not checked.
    TypedText {
        /// The type, such as `gx:Duration`.
        type_name: String,
        /// The text.
        text: String,
    },
    /// A value of any other type that has members: `g:Metrics`, `g:TraversalMetrics`, `g:TraversalExplanation`,
    /// `g:Traverser`, `g:Bytecode`, `g:Binding`, `g:Lambda`, `g:P`, `g:TextP`, `tinker:graph`, traversal strategies;
    /// and `g:Tree`, whose keys are the branches, each with the tree below it.
    TypedMap {
        /// The type, such as `g:Metrics`.
        type_name: String,
        /// The members, in the order of the response.
        entries: Vec<(GremlinValue, GremlinValue)>,
    },
    /// A value that does not match its type, kept as received.
    Other {
        /// The type, such as `g:Int32`.
        type_name: String,
        /// The value itself, as JSON.
        value: RawJson,
    },
}

/// A vertex.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Vertex {
    /// Its id, which is a string in Neptune.
    pub id: GremlinValue,
    /// Its label; several are joined with `::`, which [`labels`](Self::labels) splits.
    pub label: String,
    /// Its properties, each with all of its values. Empty if the response has only a reference to the vertex.
    /// The documentation says that this is always so, but some responses have properties
    /// ([M17](crate::wire_notes#m17)).
    pub properties: Vec<(String, Vec<VertexProperty>)>,
}

impl Vertex {
    /// Its labels.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        crate::gremlin::labels(&self.label)
    }

    /// The values of a property.
    pub fn values(&self, key: &str) -> impl Iterator<Item = &GremlinValue> {
        let found = self.properties.iter().filter(move |(name, _)| name == key);
        found.flat_map(|(_, properties)| properties.iter().map(|property| &property.value))
    }
}

/// An edge.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Edge {
    /// Its id, which is a string in Neptune.
    pub id: GremlinValue,
    /// Its label.
    pub label: String,
    /// The id of its source vertex.
    pub out_v: GremlinValue,
    /// The label of that vertex, if the response has it.
    pub out_v_label: Option<String>,
    /// The id of its target vertex.
    pub in_v: GremlinValue,
    /// The label of that vertex, if the response has it.
    pub in_v_label: Option<String>,
    /// Its properties; empty if the response has only a reference to the edge ([M17](crate::wire_notes#m17)).
    pub properties: Vec<(String, GremlinValue)>,
}

impl Edge {
    /// The value of a property.
    pub fn value(&self, key: &str) -> Option<&GremlinValue> {
        let mut found = self.properties.iter().filter(|(name, _)| name == key);
        found.next().map(|(_, value)| value)
    }
}

/// A property of a vertex.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct VertexProperty {
    /// Its id, which is a number in Neptune and may be negative.
    pub id: GremlinValue,
    /// Its name.
    pub label: String,
    /// Its value.
    pub value: GremlinValue,
    /// Its own properties.
    pub properties: Vec<(String, GremlinValue)>,
}

/// A property of an edge.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Property {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: GremlinValue,
}

/// The path of a traverser.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Path {
    /// The objects on the path.
    pub objects: Vec<GremlinValue>,
    /// The labels of each object, from `as()`.
    pub labels: Vec<Vec<String>>,
}

impl GremlinValue {
    /// Reads a value from its JSON.
    ///
    /// # Errors
    ///
    /// When the value nests deeper than 256 levels, or has a string with an unpaired surrogate.
    pub fn from_json(json: &RawJson) -> Result<Self, GraphSonError> {
        GremlinValue::read(json.as_str())
    }

    /// Reads a text that is known to be valid JSON.
    pub(crate) fn read(text: &str) -> Result<Self, GraphSonError> {
        graphson::read(text)
    }

    /// The text of a string, UUID or token, or of a value of another type that is
    /// [written as text](Self::TypedText).
    pub fn as_str(&self) -> Option<&str> {
        match self {
            GremlinValue::Text(text)
            | GremlinValue::TypedText { text, .. }
            | GremlinValue::Uuid(text)
            | GremlinValue::T(text)
            | GremlinValue::Direction(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            GremlinValue::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The value of an integer of any type, if it fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            GremlinValue::Byte(value) => Some((*value).into()),
            GremlinValue::Int16(value) => Some((*value).into()),
            GremlinValue::Int32(value) => Some((*value).into()),
            GremlinValue::Int64(value) => Some(*value),
            GremlinValue::Number(digits) | GremlinValue::BigInteger(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// The value of a number of any type, or the nearest `f64`.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            GremlinValue::Byte(value) => Some((*value).into()),
            GremlinValue::Int16(value) => Some((*value).into()),
            GremlinValue::Int32(value) => Some((*value).into()),
            #[expect(clippy::cast_precision_loss, reason = "the nearest one is promised")]
            GremlinValue::Int64(value) => Some(*value as f64),
            GremlinValue::Float(value) => Some((*value).into()),
            GremlinValue::Double(value) => Some(*value),
            GremlinValue::Number(digits)
            | GremlinValue::BigInteger(digits)
            | GremlinValue::BigDecimal(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// The time of a date, timestamp, instant, or date and time with an offset. A zone that follows the offset is
    /// ignored.
    pub fn as_system_time(&self) -> Option<SystemTime> {
        let millis = match self {
            GremlinValue::Date(millis) | GremlinValue::Timestamp(millis) => millis,
            _ => return self.typed_text(typed_text::system_time),
        };
        let distance = Duration::from_millis(millis.unsigned_abs());
        if millis.is_negative() {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        }
    }

    /// The length of a `gx:Duration`. `None` if it is negative.
    pub fn as_duration(&self) -> Option<Duration> {
        self.typed_text(typed_text::duration)
    }

    /// The character of a `gx:Char`.
    pub fn as_char(&self) -> Option<char> {
        self.typed_text(typed_text::character)
    }

    /// The bytes of a `gx:ByteBuffer`. `None` if it is not valid base64.
    pub fn as_bytes(&self) -> Option<Vec<u8>> {
        self.typed_text(typed_text::bytes)
    }

    /// The address of a `gx:InetAddress`. `None` if it is written as a host name.
    pub fn as_ip_addr(&self) -> Option<IpAddr> {
        self.typed_text(typed_text::ip_addr)
    }

    fn typed_text<T>(&self, read: fn(&str, &str) -> Option<T>) -> Option<T> {
        match self {
            GremlinValue::TypedText { type_name, text } => read(type_name, text),
            _ => None,
        }
    }

    /// The elements of a list or set.
    pub fn as_slice(&self) -> Option<&[GremlinValue]> {
        match self {
            GremlinValue::List(items) | GremlinValue::Set(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a map, or the members of a value of [another type](Self::TypedMap).
    pub fn as_map(&self) -> Option<&[(GremlinValue, GremlinValue)]> {
        match self {
            GremlinValue::Map(entries) | GremlinValue::TypedMap { entries, .. } => Some(entries),
            _ => None,
        }
    }

    /// The value of a string or token key of a map, such as `name` or `label`.
    pub fn get(&self, key: &str) -> Option<&GremlinValue> {
        let mut found = self
            .as_map()?
            .iter()
            .filter(|(name, _)| name.as_str() == Some(key));
        found.next().map(|(_, value)| value)
    }

    /// The vertex, if the value is one.
    pub fn as_vertex(&self) -> Option<&Vertex> {
        match self {
            GremlinValue::Vertex(vertex) => Some(vertex),
            _ => None,
        }
    }

    /// The edge, if the value is one.
    pub fn as_edge(&self) -> Option<&Edge> {
        match self {
            GremlinValue::Edge(edge) => Some(edge),
            _ => None,
        }
    }

    /// The path, if the value is one.
    pub fn as_path(&self) -> Option<&Path> {
        match self {
            GremlinValue::Path(path) => Some(path),
            _ => None,
        }
    }
}

/// As a row of [`Rows`](crate::rows::Rows), numbers keep all digits. As a part of another type, serde_json
/// rounds numbers of more than 64 bits.
impl<'de> Deserialize<'de> for GremlinValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = RawJson::deserialize(deserializer)?;
        graphson::read(json.as_str()).map_err(D::Error::custom)
    }
}

impl std::str::FromStr for GremlinValue {
    type Err = GraphSonError;

    /// Reads a value from JSON.
    fn from_str(text: &str) -> Result<Self, GraphSonError> {
        let json = RawJson::new(text).map_err(|error| GraphSonError::Syntax(error.to_string()))?;
        GremlinValue::from_json(&json)
    }
}
