//! The response to a Gremlin query.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, value::RawValue};

use results::ResultsError;

use crate::{
    error::{DecodeError, DecodeErrorKind},
    gremlin::{GremlinValue, values::GraphSonReader},
    types::RawJson,
    wire::{found, json_text, json_text::Cursor, response::RawResponse},
};

mod results;

/// The response to [`ExecuteGremlinQuery`](crate::gremlin::ExecuteGremlinQuery).
///
/// The results are kept as received; the methods parse them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExecuteGremlinQueryOutput {
    /// The id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The status of the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<GremlinQueryStatusAttributes>,
    /// The results, as an object with `data` and `meta`; [`rows`](Self::rows) and [`values`](Self::values) read them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<RawJson>,
    #[serde(rename = "meta", skip_serializing_if = "Option::is_none")]
    outer_meta: Option<RawJson>,
    /// The whole response body, if it is not JSON, as with a binary serializer ([M18](crate::wire_notes#m18));
    /// the other members are then `None`. This member of the serde form is not in the service model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binary: Option<BinaryBody>,
}

// Either binary or JSON.
arbitrary!(ExecuteGremlinQueryOutput, with = |output: ExecuteGremlinQueryOutput| {
    match output.binary {
        Some(binary) => ExecuteGremlinQueryOutput { binary: Some(binary), ..Default::default() },
        None => output,
    }
} => request_id, status, result, outer_meta, binary);

#[cfg(any(feature = "proptest", feature = "arbitrary"))]
impl crate::testing::Answer for ExecuteGremlinQueryOutput {
    fn to_response(&self) -> http::Response<Bytes> {
        match &self.binary {
            Some(BinaryBody {
                content_type,
                bytes,
            }) => crate::testing::body_answer(Some(content_type), bytes.clone()),
            None => crate::testing::json_answer(self),
        }
    }

    fn form(&self) -> crate::testing::BodyForm {
        match self.binary {
            Some(_) => crate::testing::BodyForm::Opaque,
            None => crate::testing::BodyForm::JsonKept,
        }
    }
}

structure! {
    /// The member `status` of a Gremlin response.
    pub struct GremlinQueryStatusAttributes {
        /// A message, usually empty.
        pub message: Option<String>,
        /// A status code, usually 200.
        pub code: Option<i32>,
        /// Status attributes. With typed GraphSON they are a `g:Map`; without types no source shows their form
        /// ([U03](crate::wire_notes#u03)).
        pub attributes: Option<Value>,
    }
}

/// A response body that is not JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BinaryBody {
    /// Its media type, such as `application/vnd.graphbinary-v1.0`.
    pub content_type: String,
    /// Its bytes. The serde form is base64.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub bytes: Bytes,
}

impl BinaryBody {
    /// The error if results are requested from this body.
    fn not_json(&self) -> DecodeError {
        let found = found::other_format(Some(&self.content_type), &self.bytes);
        let (kind, body) = (DecodeErrorKind::Syntax, self.bytes.clone());
        let error = DecodeError::new("ExecuteGremlinQuery", kind, "", found, body);
        let expected = "GraphSON";
        DecodeError { expected, ..error }
    }
}

// GraphBinary begins like this, and JSON does not.
arbitrary!(BinaryBody, with = |mut binary: BinaryBody| {
    binary.bytes = [b"\x84", &binary.bytes[..]].concat().into();
    binary
} => content_type: Exactly("application/vnd.graphbinary-v1.0".to_owned()), bytes);

/// The members of a response; the results stay in the body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outline<'a> {
    request_id: Option<String>,
    status: Option<GremlinQueryStatusAttributes>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    meta: Option<&'a RawValue>,
}

impl ExecuteGremlinQueryOutput {
    // Without `requestId`, which error objects have too.
    pub(crate) const MEMBERS: &'static [&'static str] = &["status", "result", "meta"];

    pub(super) fn read(response: &RawResponse<'_>) -> Result<Self, DecodeError> {
        if let Some(content_type) = binary_type(response) {
            let bytes = response.opaque("a Gremlin response")?;
            let binary = Some(BinaryBody {
                content_type,
                bytes,
            });
            return Ok(ExecuteGremlinQueryOutput {
                binary,
                ..Default::default()
            });
        }
        let outline: Outline<'_> = response.json()?;
        let body = response.body();
        if outline.result.is_none() {
            // Errors with a code are handled before decoding; this error does not have a code.
            let text = std::str::from_utf8(body).unwrap_or_default();
            let message = json_text::member(text, "detailedMessage").and_then(json_text::unquoted);
            if let Some(message) = message {
                return Err(response.error(DecodeErrorKind::Shape, "detailedMessage", message));
            }
        }
        let part = |value: &RawValue| RawJson::part_of(body, value.get());
        Ok(ExecuteGremlinQueryOutput {
            request_id: outline.request_id,
            status: outline.status,
            result: outline.result.map(part),
            outer_meta: outline.meta.map(part),
            binary: None,
        })
    }

    /// The results, each read into your own type, which may borrow from this output.
    ///
    /// Meant for GraphSON without types. With types, only the list itself is unwrapped and each result keeps
    /// its type wrappers: use [`values`](Self::values). serde_json rounds numbers of more than 64 bits;
    /// [`raw_rows`](Self::raw_rows) keeps all digits.
    ///
    /// # Errors
    ///
    /// When there are no results, or a result does not match `T`; the error has its path, such as `result.data[3]`.
    pub fn rows<'a, T: Deserialize<'a>>(&'a self) -> Result<Vec<T>, DecodeError> {
        self.read_each(|cursor| {
            let text = cursor.value().unwrap_or_default();
            serde_json::from_str(text).map_err(|error| error.to_string())
        })
    }

    /// The results as values of typed GraphSON.
    ///
    /// # Errors
    ///
    /// When there are no results, or a result nests deeper than 256 levels; the error has its path, such as
    /// `result.data[3]`.
    pub fn values(&self) -> Result<Vec<GremlinValue>, DecodeError> {
        let mut reader = GraphSonReader::new();
        self.read_each(|cursor| reader.read(cursor).map_err(|error| error.to_string()))
    }

    /// The results, each as the received text, with all digits and the order of members. They share the memory of the
    /// response body, so each of them keeps all of it.
    ///
    /// # Errors
    ///
    /// When there are no results.
    pub fn raw_rows(&self) -> Result<Vec<RawJson>, DecodeError> {
        let bytes = self.required_result()?.bytes();
        self.read_each(|cursor| {
            let text = cursor.value().unwrap_or_default();
            Ok(RawJson::part_of(bytes, text))
        })
    }

    /// The metadata of the results. Neptune returns it inside [`result`](field@Self::result), but the service
    /// model has it at the top level ([M16](crate::wire_notes#m16)). This method reads both places.
    pub fn meta(&self) -> Option<RawJson> {
        let inner = self
            .result
            .as_ref()
            .and_then(|result| result.member("meta"));
        inner.or_else(|| self.outer_meta.clone())
    }

    /// The results as received, with the type wrapper of their list if there is one.
    pub fn data(&self) -> Option<RawJson> {
        self.result.as_ref()?.member("data")
    }

    fn read_each<'a, T>(
        &'a self,
        read: impl FnMut(&mut Cursor<'a>) -> Result<T, String>,
    ) -> Result<Vec<T>, DecodeError> {
        let result = self.required_result()?.as_str();
        results::read(result, read).map_err(|error| match error {
            ResultsError::Missing => self.error("result.data", "missing member"),
            ResultsError::NotAList => self.error("result.data", "expected a list"),
            ResultsError::Element(index, reason) => {
                self.error(format!("result.data[{index}]"), reason)
            }
        })
    }

    fn required_result(&self) -> Result<&RawJson, DecodeError> {
        self.result.as_ref().ok_or_else(|| match &self.binary {
            Some(binary) => binary.not_json(),
            None => self.error("result", "missing member"),
        })
    }

    fn error(&self, path: impl Into<String>, reason: impl Into<String>) -> DecodeError {
        let result = self.result.as_ref();
        let body = result.map(|result| result.bytes().clone());
        DecodeError::new(
            "ExecuteGremlinQuery",
            DecodeErrorKind::Shape,
            path,
            reason,
            body.unwrap_or_default(),
        )
    }
}

/// The media type of a binary response: one of `application/` other than JSON and XML, with a body that does not begin
/// like JSON. Other text that is not JSON is not a response of Neptune, but for example a page of a proxy.
fn binary_type(response: &RawResponse<'_>) -> Option<String> {
    let content_type = response.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let begins_like_json = response.body().trim_ascii_start().first() == Some(&b'{');
    if begins_like_json {
        return None;
    }
    let media_type = content_type.to_ascii_lowercase();
    let is_text = media_type.contains("json") || media_type.contains("xml");
    let is_binary = media_type.starts_with("application/") && !is_text;
    is_binary.then(|| content_type.to_owned())
}

fn to_base64<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = BASE64_STANDARD.decode(text);
    bytes.map(Bytes::from).map_err(serde::de::Error::custom)
}
