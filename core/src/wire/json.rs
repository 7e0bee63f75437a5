//! Writes JSON without loss. serde_json alone writes NaN and the infinities as null, bytes as a list, and numbers and
//! booleans that are keys as strings: the service would store another value than the caller's.

use serde::{
    Serialize, Serializer,
    ser::{
        Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::lenient::ErrorPath;
use crate::error::{FieldError, FieldErrorKind};

/// Writes `value` as JSON. Integers of up to 128 bits keep their digits.
///
/// # Errors
///
/// If JSON cannot represent a value. The error has the path of this value.
pub(crate) fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, FieldError> {
    let mut text = Vec::with_capacity(128);
    let mut json = serde_json::Serializer::new(&mut text);
    let path = ErrorPath::default();
    let written = Checked::value(value, &path).serialize(&mut json);
    written
        .and_then(|()| String::from_utf8(text).map_err(serde_json::Error::custom))
        .map_err(|error| {
            let kind = FieldErrorKind::Other(error.to_string().into());
            FieldError::new(path.into_path(), kind)
        })
}

/// A value to serialize, or its serializer.
struct Checked<'p, T> {
    inner: T,
    path: &'p ErrorPath,
    is_key: bool,
}

impl<'p, T> Checked<'p, T> {
    fn value(inner: T, path: &'p ErrorPath) -> Self {
        Checked {
            inner,
            path,
            is_key: false,
        }
    }

    fn key(inner: T, path: &'p ErrorPath) -> Self {
        Checked {
            inner,
            path,
            is_key: true,
        }
    }

    fn not_key<E: Error>(&self) -> Result<(), E> {
        if self.is_key {
            return Err(E::custom("key must be a string"));
        }
        Ok(())
    }
}

impl<T: Serialize + ?Sized> Serialize for Checked<'_, &T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.inner.serialize(Checked {
            inner: serializer,
            path: self.path,
            is_key: self.is_key,
        })
    }
}

macro_rules! not_as_keys {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result<S::Ok, S::Error> {
            self.not_key()?;
            self.inner.$method(value)
        }
    )*};
}

macro_rules! floats {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result<S::Ok, S::Error> {
            self.not_key()?;
            if !value.is_finite() {
                return Err(S::Error::custom(format!("JSON cannot represent the number {value}")));
            }
            self.inner.$method(value)
        }
    )*};
}

macro_rules! unchanged {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {$(
        fn $method(self, $($argument: $type),*) -> Result<S::Ok, S::Error> {
            self.inner.$method($($argument),*)
        }
    )*};
}

macro_rules! containers {
    ($($container:ident: $method:ident($($argument:ident: $type:ty),*);)*) => {$(
        fn $method(self, $($argument: $type),*) -> Result<Self::$container, S::Error> {
            let inner = self.inner.$method($($argument),*)?;
            Ok(Parts::new(inner, self.path, None))
        }
    )*};
}

macro_rules! variants {
    ($($container:ident: $method:ident;)*) => {$(
        fn $method(
            self,
            name: &'static str,
            index: u32,
            variant: &'static str,
            len: usize,
        ) -> Result<Self::$container, S::Error> {
            let inner = self.inner.$method(name, index, variant, len)?;
            Ok(Parts::new(inner, self.path, Some(variant)))
        }
    )*};
}

impl<'p, S: Serializer> Serializer for Checked<'p, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Parts<'p, S::SerializeSeq>;
    type SerializeTuple = Parts<'p, S::SerializeTuple>;
    type SerializeTupleStruct = Parts<'p, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Parts<'p, S::SerializeTupleVariant>;
    type SerializeMap = Parts<'p, S::SerializeMap>;
    type SerializeStruct = Parts<'p, S::SerializeStruct>;
    type SerializeStructVariant = Parts<'p, S::SerializeStructVariant>;

    not_as_keys! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
    }

    floats! {
        serialize_f32: f32,
        serialize_f64: f64,
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom(
            "JSON cannot represent bytes: use a string, such as base64, or a list of numbers",
        ))
    }

    unchanged! {
        serialize_char(value: char);
        serialize_str(value: &str);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(name: &'static str);
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        // Some of a key is the key itself.
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = Checked {
            inner: value,
            path: self.path,
            is_key: self.is_key,
        };
        self.inner.serialize_newtype_struct(name, &value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.not_key()?;
        let value = Checked::value(value, self.path);
        let written = self
            .inner
            .serialize_newtype_variant(name, index, variant, &value);
        written.inspect_err(|_| self.path.member(variant))
    }

    containers! {
        SerializeSeq: serialize_seq(len: Option<usize>);
        SerializeTuple: serialize_tuple(len: usize);
        SerializeTupleStruct: serialize_tuple_struct(name: &'static str, len: usize);
        SerializeMap: serialize_map(len: Option<usize>);
        SerializeStruct: serialize_struct(name: &'static str, len: usize);
    }

    variants! {
        SerializeTupleVariant: serialize_tuple_variant;
        SerializeStructVariant: serialize_struct_variant;
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// The parts of a list, map or struct.
struct Parts<'p, C> {
    inner: C,
    path: &'p ErrorPath,
    /// The name of the enum variant that has these parts.
    variant: Option<&'static str>,
    /// The index of the next element.
    index: usize,
    /// The last key of a map, unless it came with its value.
    key: Option<String>,
}

impl<'p, C> Parts<'p, C> {
    fn new(inner: C, path: &'p ErrorPath, variant: Option<&'static str>) -> Self {
        Parts {
            inner,
            path,
            variant,
            index: 0,
            key: None,
        }
    }

    #[cold]
    fn failed_in_element(&self) {
        self.path.element(self.index);
        self.failed();
    }

    #[cold]
    fn failed_in_member(&self, key: &str) {
        self.path.member(key);
        self.failed();
    }

    /// Adds the enum variant to the path.
    fn failed(&self) {
        if let Some(variant) = self.variant {
            self.path.member(variant);
        }
    }
}

macro_rules! elements {
    ($($container:ident: $method:ident;)*) => {$(
        impl<C: $container> $container for Parts<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
                let written = self.inner.$method(&Checked::value(value, self.path));
                written.inspect_err(|_| self.failed_in_element())?;
                self.index = self.index.saturating_add(1);
                Ok(())
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        }
    )*};
}
elements! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
}

macro_rules! members {
    ($($container:ident,)*) => {$(
        impl<C: $container> $container for Parts<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), C::Error> {
                let written = self.inner.serialize_field(key, &Checked::value(value, self.path));
                written.inspect_err(|_| self.failed_in_member(key))
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        }
    )*};
}
members! { SerializeStruct, SerializeStructVariant, }

impl<C: SerializeMap> SerializeMap for Parts<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.inner.serialize_key(&Checked::key(key, self.path))?;
        self.key = Some(key_text(key));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        let written = self
            .inner
            .serialize_value(&Checked::value(value, self.path));
        written.inspect_err(|_| self.failed_in_member(self.key.as_deref().unwrap_or_default()))
    }

    fn serialize_entry<K, V>(&mut self, key: &K, value: &V) -> Result<(), C::Error>
    where
        K: Serialize + ?Sized,
        V: Serialize + ?Sized,
    {
        self.inner.serialize_key(&Checked::key(key, self.path))?;
        let written = self
            .inner
            .serialize_value(&Checked::value(value, self.path));
        written.inspect_err(|_| self.failed_in_member(&key_text(key)))
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

/// The text of a key, which is a string.
fn key_text<T: Serialize + ?Sized>(key: &T) -> String {
    match serde_json::to_value(key) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}
