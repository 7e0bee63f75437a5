//! Writes the results of a query as Neptune does
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-queries.html)).

use std::io;

use serde::ser::{Serialize, SerializeMap, Serializer};
use time::UtcDateTime;

use super::{Edge, Node, Value};
use crate::engine::internal;
use crate::failure::Failure;

/// Writes `{"results":[{column: value}]}`.
pub(super) fn write(
    columns: &[String],
    rows: &[Vec<Value>],
    output: &mut impl io::Write,
) -> Result<(), Failure> {
    let mut write = || {
        output.write_all(b"{\"results\":[")?;
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                output.write_all(b",")?;
            }
            serde_json::to_writer(&mut *output, &Row(columns, row))?;
        }
        output.write_all(b"]}")
    };
    // This fails only if the client has disconnected.
    write().map_err(internal)
}

/// A row, whose columns keep their order.
struct Row<'a>(&'a [String], &'a [Value]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            // JSON has no such numbers; the texts are assumed.
            Self::Float(value) if value.is_nan() => serializer.serialize_str("NaN"),
            Self::Float(value) if value.is_infinite() => {
                serializer.serialize_str(if *value > 0.0 { "INF" } else { "-INF" })
            }
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::String(value) => serializer.serialize_str(value),
            Self::DateTime(millis) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("~datetime", &iso(*millis))?;
                map.end()
            }
            Self::List(items) | Self::Path(items) => serializer.collect_seq(items),
            Self::Map(members) => serializer.collect_map(members),
            Self::Node(node) => node.serialize(serializer),
            Self::Edge(edge) => edge.serialize(serializer),
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("~id", &self.id)?;
        map.serialize_entry("~entityType", "node")?;
        map.serialize_entry("~labels", &self.labels)?;
        map.serialize_entry("~properties", &self.properties)?;
        map.end()
    }
}

impl Serialize for Edge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("~id", &self.id)?;
        map.serialize_entry("~entityType", "relationship")?;
        map.serialize_entry("~start", &self.from)?;
        map.serialize_entry("~end", &self.to)?;
        map.serialize_entry("~type", &self.label)?;
        map.serialize_entry("~properties", &self.properties)?;
        map.end()
    }
}

/// `2024-02-03T04:05:06Z`, with milliseconds if they are not zero.
pub(super) fn iso(millis: i64) -> String {
    let nanos = i128::from(millis) * 1_000_000;
    let Ok(time) = UtcDateTime::from_unix_timestamp_nanos(nanos) else {
        // A year with more than four digits.
        return format!("{millis} ms");
    };
    let fraction = match time.millisecond() {
        0 => String::new(),
        millis => format!(".{millis:03}"),
    };
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}
