//! Bodies that are not parsed.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text_or_base64;
use crate::error::bounded_start;

/// A body that is not parsed, such as RDF.
///
/// Its serde form is a string or, if it is not UTF-8, an object with the only member `base64`.
///
/// ```
/// use neptunedata::types::RawBody;
///
/// let text = RawBody::new("<u:s> <u:p> <u:o> .");
/// assert_eq!(neptunedata::serde_json::to_string(&text)?, r#""<u:s> <u:p> <u:o> .""#);
///
/// let bytes = RawBody::new(vec![0xff, 0xfe]);
/// let json = neptunedata::serde_json::to_string(&bytes)?;
/// assert_eq!(json, r#"{"base64":"//4="}"#);
/// assert_eq!(neptunedata::serde_json::from_str::<RawBody>(&json)?, bytes);
/// # Ok::<(), neptunedata::serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct RawBody(Bytes);

impl RawBody {
    /// A body of these bytes.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        RawBody(bytes.into())
    }

    /// The bytes; cheap to clone.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// The bytes as text; invalid UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

macro_rules! from {
    ($($type:ty)*) => {$(
        impl From<$type> for RawBody {
            fn from(bytes: $type) -> Self {
                RawBody::new(bytes)
            }
        }
    )*};
}
from!(Bytes String Vec<u8> &'static str &'static [u8]);

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawBody")
            .field(&bounded_start(&self.0))
            .finish()
    }
}

impl Serialize for RawBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        text_or_base64::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for RawBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_base64::deserialize(deserializer).map(RawBody)
    }
}
