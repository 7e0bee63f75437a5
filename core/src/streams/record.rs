//! Reads records and keeps their text, and `data` of unknown forms.

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, SeqAccess,
    Visitor,
};
use serde_json::{Value, value::RawValue};

use crate::{
    error::DecodeError,
    streams::StreamFormat,
    types::RawJson,
    wire::{
        json_text::{self, Cursor},
        lenient,
        response::RawResponse,
    },
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

    /// Keeps the text of the record.
    fn keep(&mut self, text: RawJson);

    /// Replaces the data with its text.
    fn keep_data(&mut self);

    fn set_other(&mut self, data: RawJson);
}

/// A response with records.
pub(super) trait Page: DeserializeOwned {
    type Record: Record;

    fn format(&self) -> Option<&StreamFormat>;

    fn records(&mut self) -> &mut Option<Vec<Self::Record>>;
}

/// The maximum number of records that the service returns.
const LARGEST_PAGE: usize = 100_000;

/// Reads a response. If `data` has an unknown form, it is kept as text and the page is still read.
pub(super) fn read<P: Page>(response: &RawResponse<'_>) -> Result<P, DecodeError> {
    // `json` reads a page without records, and names the value that is wrong in a page that cannot be read.
    read_page(response.plain()?).map_or_else(|| response.json(), Ok)
}

/// Reads the records of a page one by one, which also finds the end of the text of each, and then the other members.
/// `None` if the page has no records or cannot be read.
fn read_page<P: Page>(body: &Bytes) -> Option<P> {
    let (before, list) = split_before_records(std::str::from_utf8(body).ok()?)?;
    let mut rest = list.strip_prefix('[')?;
    let mut records = Vec::new();
    let after = loop {
        let text = skip_whitespace(rest);
        let is_first = records.is_empty();
        let length = read_record::<P::Record>(text, body, &mut records)?;
        if is_first && !records.is_empty() {
            // Records have similar lengths. Room for all of them saves copying them when the list grows.
            let alike = rest.len().checked_div(length).unwrap_or_default();
            records.reserve_exact(alike.min(LARGEST_PAGE));
        }
        let after = skip_whitespace(text.get(length..)?);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => break after.strip_prefix(']')?,
        }
    };
    // A first record much shorter than the others has reserved too much.
    if records.capacity() / 2 > records.len() {
        records.shrink_to_fit();
    }
    let others = [before, "[]", after].concat();
    let mut page: P = lenient::from_slice(others.as_bytes()).ok()?;
    // Records of an unknown format are read as far as they have the known form; their text is kept in any case.
    if page.format() == Some(&StreamFormat::GremlinJson) {
        records.iter_mut().for_each(Record::keep_data);
    }
    *page.records() = Some(records);
    Some(page)
}

/// Splits a page before the value of its member `records`.
fn split_before_records(page: &str) -> Option<(&str, &str)> {
    let mut members = Cursor::new(page);
    if !members.enter(b'{') {
        return None;
    }
    loop {
        let name = json_text::unquoted(members.value()?)?;
        let value = members.begin();
        if name == "records" {
            return page.split_at_checked(value);
        }
        members.value()?;
    }
}

/// Adds the record at the beginning of `text`, a part of `body`, to `records`; nulls are left out. Returns the length of
/// the record or null.
fn read_record<R: Record>(text: &str, body: &Bytes, records: &mut Vec<R>) -> Option<usize> {
    // Nearly all records have the types of the model: serde_json alone reads them faster than the lenient reader, and
    // with the same result, except that it also takes an array for a record.
    if text.starts_with('{') {
        let mut parser = serde_json::Deserializer::from_str(text);
        if let Ok(mut record) = R::derived(&mut parser) {
            let length = parser.into_iter::<IgnoredAny>().byte_offset();
            record.keep(RawJson::part_of(body, text.get(..length)?));
            records.push(record);
            return Some(length);
        }
    }
    let (record, length) = read_other_record::<R>(text)?;
    if let Some(mut record) = record {
        record.keep(RawJson::part_of(body, text.get(..length)?));
        records.push(record);
    }
    Some(length)
}

/// Reads a record whose members have other types than in the model, or null, and returns its length, too.
#[cold]
fn read_other_record<R: Record>(text: &str) -> Option<(Option<R>, usize)> {
    lenient::read_prefix(text).or_else(|| {
        // The data may have an unknown form.
        let (whole, length) = lenient::read_prefix::<&RawValue>(text)?;
        let record = read_without_data(whole.get(), |rest| lenient::from_slice(rest).ok())?;
        Some((Some(record), length))
    })
}

fn skip_whitespace(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\r', '\n'])
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

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<R, A::Error> {
        let record = parts.next_element_seed(Derived(PhantomData));
        let text = parts.next_element::<&[u8]>()?.unwrap_or_default();
        let text = std::str::from_utf8(text).map_err(A::Error::custom)?;
        let mut record = match record {
            Ok(Some(record)) => record,
            Ok(None) => return Err(A::Error::invalid_length(0, &self)),
            Err(error) => {
                let read =
                    |rest: &[u8]| R::derived(&mut serde_json::Deserializer::from_slice(rest)).ok();
                read_without_data(text, read).ok_or_else(|| A::Error::custom(error))?
            }
        };
        record.keep(RawJson::known(text));
        Ok(record)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<R, D::Error> {
        R::derived(inner)
    }
}

/// Reads a record with its derived `Deserialize`.
struct Derived<R>(PhantomData<R>);

impl<'de, R: Record> DeserializeSeed<'de> for Derived<R> {
    type Value = R;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<R, D::Error> {
        R::derived(deserializer)
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

            fn keep(&mut self, text: crate::types::RawJson) {
                self.raw = super::record::SourceText(Some(text));
                // Numbers in a list may have lost digits: take the data from the text.
                if self.data.as_ref().is_some_and(|data| data.other.is_some()) {
                    self.keep_data();
                }
            }

            fn keep_data(&mut self) {
                if let Some(data) = self.raw().and_then(|text| text.member("data")) {
                    self.set_other(data);
                }
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
                from.deserialize_newtype_struct(crate::wire::raw::VALUE_AND_TEXT, visitor)
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
