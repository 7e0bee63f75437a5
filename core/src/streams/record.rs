//! Reads records and keeps their text, and `data` of unknown forms.

use std::{fmt, marker::PhantomData};

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, IgnoredAny, Visitor};
use serde_json::Value;

use crate::{
    error::{DecodeError, DecodeErrorKind},
    streams::StreamFormat,
    types::RawJson,
    wire::{json_text, lenient, response::RawResponse},
};

/// The text that a record was read from. It is not a part of the value: records with equal members are equal,
/// whatever their texts.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceText(pub(super) Option<RawJson>);

impl PartialEq for SourceText {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for SourceText {}

/// A record that keeps its text.
pub(super) trait Record: DeserializeOwned {
    /// The derived `Deserialize`.
    fn derived<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    fn keep(&mut self, record: RawJson);

    fn set_other(&mut self, data: RawJson);
}

/// A response with records.
pub(super) trait Page: DeserializeOwned {
    type Record: Record;

    fn format(&self) -> Option<&StreamFormat>;

    fn records(&mut self) -> &mut Option<Vec<Self::Record>>;
}

/// Reads a response. If `data` has an unknown form, it is kept as text and the page is still read.
pub(super) fn read<P: Page>(response: &RawResponse<'_>) -> Result<P, DecodeError> {
    let body = response.body();
    let text = std::str::from_utf8(body).unwrap_or_default();
    let records = || {
        let records = json_text::member(text, "records").and_then(json_text::elements);
        // Nulls are left out here as they are when the whole page is read.
        records.into_iter().flatten().filter(|text| *text != "null")
    };
    let mut page: P = match response.json() {
        Err(error) if error.kind() == DecodeErrorKind::Shape => {
            read_separately(text, records()).ok_or(error)?
        }
        read => read?,
    };
    // Records of an unknown format are read as far as they have the known form; their text is kept in any case.
    let is_legacy = page.format() == Some(&StreamFormat::GremlinJson);
    for (record, text) in page.records().iter_mut().flatten().zip(records()) {
        let raw = RawJson::part_of(body, text);
        if is_legacy && let Some(data) = raw.member("data") {
            record.set_other(data);
        }
        record.keep(raw);
    }
    Ok(page)
}

/// Reads the records one by one; `None` if something other than their data does not match, or the text is
/// truncated after the mismatch.
fn read_separately<'a, P: Page>(text: &str, records: impl Iterator<Item = &'a str>) -> Option<P> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut page: P = lenient::from_slice(without(text, "records")?.as_bytes()).ok()?;
    let records = records.map(|text| {
        let typed = lenient::from_slice::<P::Record>(text.as_bytes()).ok();
        typed.or_else(|| read_without_data(text, |rest| lenient::from_slice(rest).ok()))
    });
    *page.records() = Some(records.collect::<Option<_>>()?);
    Some(page)
}

/// Reads a record without its data, which is kept as text.
fn read_without_data<R: Record>(record: &str, read: impl Fn(&[u8]) -> Option<R>) -> Option<R> {
    let data = json_text::member(record, "data")?;
    let mut read = read(without(record, "data")?.as_bytes())?;
    read.set_other(RawJson::known(data));
    Some(read)
}

/// The object without the member of this name.
fn without(object: &str, name: &str) -> Option<String> {
    let mut rest = String::from("{");
    for (key, value) in json_text::members(object)? {
        let Some(key) = key.filter(|key| *key != name) else {
            continue;
        };
        if rest.len() > 1 {
            rest.push(',');
        }
        rest.push_str(&Value::from(key).to_string());
        rest.push(':');
        rest.push_str(value);
    }
    rest.push('}');
    Some(rest)
}

/// Reads a record. For a whole row the text is available, too.
pub(super) struct RecordVisitor<R>(pub(super) PhantomData<R>);

impl<'de, R: Record> Visitor<'de> for RecordVisitor<R> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record of a change stream")
    }

    fn visit_bytes<E: Error>(self, text: &[u8]) -> Result<R, E> {
        let read = |text: &[u8]| {
            let mut deserializer = serde_json::Deserializer::from_slice(text);
            R::derived(&mut deserializer)
        };
        let text = std::str::from_utf8(text).map_err(E::custom)?;
        let mut record = match read(text.as_bytes()) {
            Ok(record) => record,
            Err(error) => {
                read_without_data(text, |rest| read(rest).ok()).ok_or_else(|| E::custom(error))?
            }
        };
        record.keep(RawJson::known(text));
        Ok(record)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<R, D::Error> {
        R::derived(inner)
    }
}

/// Reads `data`: an object with `derived`, and any other value as it is.
pub(super) struct DataVisitor<T> {
    pub(super) derived: PhantomData<T>,
}

/// Data that can keep unknown forms.
pub(super) trait Data: Sized {
    fn derived<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    fn other(data: RawJson) -> Self;
}

macro_rules! keep_scalars {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<T, E> {
            Ok(T::other(RawJson::known(&Value::from(value).to_string())))
        }
    )*};
}

impl<'de, T: Data> Visitor<'de> for DataVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("data")
    }

    keep_scalars! {
        visit_bool: bool,
        visit_i64: i64,
        visit_u64: u64,
        visit_f64: f64,
        visit_str: &str,
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        let list = Value::deserialize(serde::de::value::SeqAccessDeserializer::new(list))?;
        Ok(T::other(RawJson::known(&list.to_string())))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::derived(serde::de::value::MapAccessDeserializer::new(map))
    }
}

macro_rules! keep_raw {
    ($page:ident, $record:ident, $data:ident) => {
        impl $record {
            /// The record as received text, with all digits and the order of members; `None` for a record that was
            /// built in code, or that serde read as part of another type.
            ///
            /// The text shares the memory of its page and keeps the page in memory; a record of
            /// [`Rows`](crate::rows::Rows) has its own memory.
            pub fn raw(&self) -> Option<&crate::types::RawJson> {
                self.raw.0.as_ref()
            }
        }

        impl super::record::Record for $record {
            fn derived<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $record::deserialize(from)
            }

            fn keep(&mut self, record: crate::types::RawJson) {
                // Numbers in a list may have lost digits: take the data from the text.
                if let Some(data) = &mut self.data
                    && data.other.is_some()
                {
                    data.other = record.member("data");
                }
                self.raw = super::record::SourceText(Some(record));
            }

            fn set_other(&mut self, data: crate::types::RawJson) {
                self.data = Some(super::record::Data::other(data));
            }
        }

        impl serde::Serialize for $record {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                $record::serialize(self, to)
            }
        }

        impl<'de> serde::Deserialize<'de> for $record {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let visitor = super::record::RecordVisitor(std::marker::PhantomData);
                from.deserialize_newtype_struct(crate::wire::raw::TEXT, visitor)
            }
        }

        impl super::record::Data for $data {
            fn derived<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $data::deserialize(from)
            }

            fn other(data: crate::types::RawJson) -> Self {
                $data {
                    other: Some(data),
                    ..Default::default()
                }
            }
        }

        impl serde::Serialize for $data {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                match &self.other {
                    Some(other) => serde::Serialize::serialize(other, to),
                    None => $data::serialize(self, to),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $data {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_any(super::record::DataVisitor {
                    derived: std::marker::PhantomData,
                })
            }
        }

        impl super::record::Page for $page {
            type Record = $record;
            fn format(&self) -> Option<&crate::streams::StreamFormat> {
                self.format.as_ref()
            }

            fn records(&mut self) -> &mut Option<Vec<$record>> {
                &mut self.records
            }
        }
    };
}
