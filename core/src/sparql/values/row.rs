//! Rows of SPARQL results as your own types.

use std::{borrow::Cow, fmt};

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Unexpected,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::term::Members;

/// A row of SPARQL results, read into your type `T` by the names of variables.
///
/// A field of `T` that is a string, number, boolean or enum gets the value of the term; an
/// [`RdfTerm`](crate::sparql::RdfTerm) or `serde_json::Value` gets the whole term. Use an `Option` for a variable that
/// can be unbound, because rows leave it out.
///
/// [`ExecuteSparqlQueryOutput::rows`](crate::sparql::ExecuteSparqlQueryOutput::rows) removes this wrapper. Use
/// it for rows that are read as they arrive, in [`Rows<SparqlRow<T>>`](crate::rows::Rows).
///
/// ```
/// use neptunedata::sparql::{RdfTerm, SparqlRow};
///
/// #[derive(serde::Deserialize)]
/// struct Person {
///     person: RdfTerm,
///     name: String,
///     age: Option<u8>,
/// }
///
/// let row = r#"{"person":{"type":"uri","value":"http://example.com/ann"},
///     "name":{"type":"literal","value":"Ann"},
///     "age":{"type":"literal","value":"41","datatype":"http://www.w3.org/2001/XMLSchema#integer"}}"#;
/// let SparqlRow(person) = neptunedata::serde_json::from_str::<SparqlRow<Person>>(row)?;
/// assert_eq!(person.person.iri(), Some("http://example.com/ann"));
/// assert_eq!((person.name.as_str(), person.age), ("Ann", Some(41)));
/// # Ok::<(), neptunedata::serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SparqlRow<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for SparqlRow<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(Binding(deserializer)).map(SparqlRow)
    }
}

/// An object of terms by variable.
struct Binding<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Binding<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Terms(visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_ignored_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier
    }
}

/// Presents each value of an object as a term.
struct Terms<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Terms<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Terms(map))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Terms<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Terms(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Terms<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Term(deserializer))
    }
}

/// A term, which deserializes as its value where a string, number or boolean is expected.
struct Term<D>(D);

impl<'de, D: Deserializer<'de>> Term<D> {
    fn value(self) -> Result<Cow<'de, str>, D::Error> {
        let value = Members::deserialize(self.0)?.into_value();
        value.ok_or_else(|| D::Error::custom("a triple has no value of its own"))
    }
}

/// The error that a value does not have the expected type.
fn unexpected<'de, E: Error, V: Visitor<'de>>(value: &str, visitor: &V) -> E {
    let shown = crate::wire::lenient::elide(value);
    E::invalid_value(Unexpected::Str(&shown), visitor)
}

macro_rules! numbers {
    ($($method:ident $visit:ident $number:ident,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            let value = self.value()?;
            match value.trim().parse::<$number>() {
                Ok(number) => visitor.$visit(number),
                Err(_) => Err(unexpected(&value, &visitor)),
            }
        }
    )*};
}

macro_rules! texts {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            match self.value()? {
                Cow::Borrowed(value) => visitor.visit_borrowed_str(value),
                Cow::Owned(value) => visitor.visit_string(value),
            }
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Term<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    numbers! {
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128,
        // Rust parses XML Schema's spellings too, `INF` and `NaN`.
        deserialize_f32 visit_f32 f32,
        deserialize_f64 visit_f64 f64,
    }

    texts! { deserialize_char deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let value = self.value()?;
        match value.trim() {
            "true" | "1" => visitor.visit_bool(true),
            "false" | "0" => visitor.visit_bool(false),
            _ => Err(unexpected(&value, &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(OptionalTerm(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let value: serde::de::value::CowStrDeserializer<'_, D::Error> =
            self.value()?.into_deserializer();
        value.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_ignored_any(visitor)
    }

    forward_to_deserialize_any! { bytes byte_buf unit unit_struct seq tuple tuple_struct }
}

/// A term that may be null.
struct OptionalTerm<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for OptionalTerm<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Term(deserializer))
    }
}
