//! Values of typed GraphSON.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, de::Error as _};

use super::graphson;
use crate::gremlin::GraphSonError;
use crate::types::RawJson;

/// A value of typed GraphSON 3 or 2.
///
/// Of untyped GraphSON the texts, lists and maps are found too, and numbers without a size.
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
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A string.
    Text(String),
    /// `g:Int32`.
    Int32(i32),
    /// `g:Int64`.
    Int64(i64),
    /// `g:Float`, also not a number or infinite.
    Float(f32),
    /// `g:Double`, also not a number or infinite.
    Double(f64),
    /// A number without a type, in its own digits.
    Number(String),
    /// `gx:BigInteger`, in its own digits.
    BigInteger(String),
    /// `gx:BigDecimal`, in its own digits.
    BigDecimal(String),
    /// `g:UUID`.
    Uuid(String),
    /// `g:Date`, in milliseconds since 1970.
    Date(i64),
    /// `g:Timestamp`, in milliseconds since 1970.
    Timestamp(i64),
    /// `g:List`, or a list without a type.
    List(Vec<GremlinValue>),
    /// `g:Set`, in the order that it came in.
    Set(Vec<GremlinValue>),
    /// `g:BulkSet`: values, and how often each of them is there.
    BulkSet(Vec<(GremlinValue, i64)>),
    /// `g:Map`, in the order that it came in, or an object without a type. Keys can be any values.
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
    /// `g:T`, such as `id` or `label`: what the keys of element maps are.
    T(String),
    /// `g:Direction`, `IN` or `OUT`: the keys under which the element map of an edge has its ends.
    Direction(String),
    /// A value of any other type, or one that is not as its type says. Nothing of it is lost.
    Other {
        /// Its type, such as `gx:Duration`.
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
    /// Its label; several are joined with `::`, which [`labels`](Self::labels) takes apart.
    pub label: String,
    /// Its properties, each with all of its values. Empty for a vertex that came as a reference, as the
    /// documentation says all do; some answers have them ([M17](crate::wire_notes#m17)).
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
    /// The id of the vertex that it comes from.
    pub out_v: GremlinValue,
    /// The label of that vertex, if it is told.
    pub out_v_label: Option<String>,
    /// The id of the vertex that it leads to.
    pub in_v: GremlinValue,
    /// The label of that vertex, if it is told.
    pub in_v_label: Option<String>,
    /// Its properties; empty for an edge that came as a reference ([M17](crate::wire_notes#m17)).
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
    /// Its id, which is a number in Neptune, perhaps a negative one.
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

/// Where a traverser has been.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Path {
    /// What it met.
    pub objects: Vec<GremlinValue>,
    /// The labels of each of these steps, from `as()`.
    pub labels: Vec<Vec<String>>,
}

impl GremlinValue {
    /// Reads a value that was kept as JSON.
    ///
    /// # Errors
    ///
    /// When it nests deeper than 256 levels, or has a text with half a surrogate pair.
    pub fn from_json(json: &RawJson) -> Result<Self, GraphSonError> {
        GremlinValue::read(json.as_str())
    }

    /// Reads a text that was found to be JSON.
    pub(crate) fn read(text: &str) -> Result<Self, GraphSonError> {
        graphson::read(text)
    }

    /// The text of a string, UUID or token.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            GremlinValue::Text(text)
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

    /// The value of an integer of any size, if it fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            GremlinValue::Int32(value) => Some((*value).into()),
            GremlinValue::Int64(value) => Some(*value),
            GremlinValue::Number(digits) | GremlinValue::BigInteger(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// The value of a number of any type, or the nearest to it.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
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

    /// The time of a date or timestamp.
    pub fn as_system_time(&self) -> Option<SystemTime> {
        let (GremlinValue::Date(millis) | GremlinValue::Timestamp(millis)) = self else {
            return None;
        };
        let distance = Duration::from_millis(millis.unsigned_abs());
        match millis.is_negative() {
            true => SystemTime::UNIX_EPOCH.checked_sub(distance),
            false => SystemTime::UNIX_EPOCH.checked_add(distance),
        }
    }

    /// The elements of a list or set.
    pub fn as_slice(&self) -> Option<&[GremlinValue]> {
        match self {
            GremlinValue::List(items) | GremlinValue::Set(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a map.
    pub fn as_map(&self) -> Option<&[(GremlinValue, GremlinValue)]> {
        match self {
            GremlinValue::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value that a map has under a string or token, such as `name` or `label`.
    pub fn get(&self, key: &str) -> Option<&GremlinValue> {
        let mut found = self
            .as_map()?
            .iter()
            .filter(|(name, _)| name.as_str() == Some(key));
        found.next().map(|(_, value)| value)
    }

    /// The vertex that it is.
    pub fn as_vertex(&self) -> Option<&Vertex> {
        match self {
            GremlinValue::Vertex(vertex) => Some(vertex),
            _ => None,
        }
    }

    /// The edge that it is.
    pub fn as_edge(&self) -> Option<&Edge> {
        match self {
            GremlinValue::Edge(edge) => Some(edge),
            _ => None,
        }
    }

    /// The path that it is.
    pub fn as_path(&self) -> Option<&Path> {
        match self {
            GremlinValue::Path(path) => Some(path),
            _ => None,
        }
    }
}

/// As a row of [`Rows`](crate::rows::Rows) with every digit; as a part of something else numbers of more than 64 bits
/// are rounded, as serde_json does.
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
