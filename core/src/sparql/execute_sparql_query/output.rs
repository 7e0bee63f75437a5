//! The response to a SPARQL query.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::{
    error::{DecodeError, DecodeErrorKind},
    rows::{RowError, RowReader, RowsFormat},
    sparql::{RdfTerm, SparqlMediaType, SparqlRow},
    types::RawBody,
    wire::{found, response::RawResponse},
};

/// The response to [`ExecuteSparqlQuery`](crate::sparql::ExecuteSparqlQuery): the received bytes, which are
/// read on request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExecuteSparqlQueryOutput {
    /// The media type of the response, without parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<SparqlMediaType>,
    /// The whole response body: RDF, or results in the requested form.
    #[serde(default)]
    pub body: RawBody,
}

// A body whose media type is that of JSON results must be JSON results.
arbitrary!(ExecuteSparqlQueryOutput, with = |mut output: ExecuteSparqlQueryOutput| {
    // HTML is not a response to a query.
    if output.media_type == Some(SparqlMediaType::Html) {
        output.media_type = None;
    }
    if is_json(output.media_type.as_ref(), output.body.bytes()) {
        let value = serde_json::json!({"type": "literal", "value": output.body.text()});
        let results = serde_json::json!({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": value}]}});
        output.body = RawBody::new(results.to_string());
        output.media_type = Some(SparqlMediaType::ResultsJson);
    }
    output
} => media_type: Optional(OneOf(SparqlMediaType::KNOWN)), body);

#[cfg(any(feature = "proptest", feature = "arbitrary"))]
impl crate::testing::Answer for ExecuteSparqlQueryOutput {
    fn to_response(&self) -> http::Response<bytes::Bytes> {
        let media_type = self.media_type.as_ref().map(SparqlMediaType::as_str);
        crate::testing::body_answer(media_type, self.body.bytes().clone())
    }

    fn form(&self) -> crate::testing::BodyForm {
        if is_json(self.media_type.as_ref(), self.body.bytes()) {
            crate::testing::BodyForm::JsonKept
        } else {
            crate::testing::BodyForm::Opaque
        }
    }
}

/// The results of a `SELECT`, or of an `ASK`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SparqlResults {
    /// The variables, in the order of the query.
    pub vars: Vec<String>,
    /// The rows: terms by variable, without unbound variables.
    pub bindings: Vec<BTreeMap<String, RdfTerm>>,
    /// The result, if the query is an `ASK`.
    pub boolean: Option<bool>,
}

impl ExecuteSparqlQueryOutput {
    // Those of results in JSON.
    pub(crate) const MEMBERS: &'static [&'static str] = &["head", "results", "boolean"];

    pub(super) fn read(response: &RawResponse<'_>) -> Result<Self, DecodeError> {
        let body = response.plain()?;
        let media_type = SparqlMediaType::of(response.headers());
        if !is_json(media_type.as_ref(), body) {
            let body = RawBody::new(response.opaque_or_blank("query results or RDF")?);
            return Ok(ExecuteSparqlQueryOutput { media_type, body });
        }
        // Parse the whole body, so that a truncated response is not taken for a success.
        let body = RawBody::new(body.clone());
        match read_all::<IgnoredAny>(&body, |_| {}) {
            Ok(_) => Ok(ExecuteSparqlQueryOutput { media_type, body }),
            Err(error) => {
                let error = response.error(error.kind(), error.path(), error.reason());
                Err(response.name_format(error))
            }
        }
    }

    /// The rows of a `SELECT`, each read into your type `T` by the names of variables: see [`SparqlRow`]. An
    /// `ASK` does not have rows.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use neptunedata::sparql::ExecuteSparqlQuery;
    ///
    /// let body = r#"{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"7"}}]}}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteSparqlQuery>(&response)?;
    /// let rows: Vec<BTreeMap<String, u64>> = output.rows()?;
    /// assert_eq!(rows[0]["n"], 7);
    /// let error = output.rows::<BTreeMap<String, bool>>().unwrap_err();
    /// assert_eq!(error.path(), "results.bindings[0]");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the body is not JSON of SPARQL results, or a row does not match `T`; the error has the path of the row.
    pub fn rows<T: DeserializeOwned>(&self) -> Result<Vec<T>, DecodeError> {
        let mut rows = Vec::new();
        self.for_each_row::<SparqlRow<T>>(|SparqlRow(row)| rows.push(row))?;
        Ok(rows)
    }

    /// The results with all terms typed.
    ///
    /// # Errors
    ///
    /// When the body is not JSON of SPARQL results.
    pub fn results(&self) -> Result<SparqlResults, DecodeError> {
        let mut bindings = Vec::new();
        let reader = self.for_each_row(|row| bindings.push(row))?;
        Ok(SparqlResults {
            vars: reader.envelope().vars().unwrap_or_default(),
            bindings,
            boolean: reader.envelope().boolean(),
        })
    }

    /// The result of an `ASK`, from JSON or `text/boolean`.
    ///
    /// # Errors
    ///
    /// When the response is not the result of an `ASK`.
    pub fn boolean(&self) -> Result<bool, DecodeError> {
        if self.media_type == Some(SparqlMediaType::Boolean) {
            let text = self.body.text();
            let reason = "expected true or false";
            return match text.trim().to_ascii_lowercase().as_str() {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(self.error(DecodeErrorKind::Shape, "", reason)),
            };
        }
        let boolean = self
            .for_each_row::<IgnoredAny>(|_| {})?
            .envelope()
            .boolean();
        boolean.ok_or_else(|| self.error(DecodeErrorKind::Shape, "boolean", "missing member"))
    }

    /// The body as text.
    pub fn text(&self) -> Cow<'_, str> {
        self.body.text()
    }

    fn for_each_row<T: DeserializeOwned>(
        &self,
        take: impl FnMut(T),
    ) -> Result<RowReader<T>, DecodeError> {
        if !is_json(self.media_type.as_ref(), self.body.bytes()) {
            let media_type = self.media_type.as_ref().map(SparqlMediaType::as_str);
            let reason = found::other_format(media_type, self.body.bytes());
            let error = self.error(DecodeErrorKind::Syntax, "", reason);
            let expected = "query results in JSON";
            return Err(DecodeError { expected, ..error });
        }
        read_all(&self.body, take).map_err(|error| error.into_decode_error("ExecuteSparqlQuery"))
    }

    fn error(&self, kind: DecodeErrorKind, path: &str, reason: impl Into<String>) -> DecodeError {
        let body = self.body.bytes().clone();
        DecodeError::new("ExecuteSparqlQuery", kind, path, reason, body)
    }
}

/// Whether the body is results in JSON. Without a media type the first byte decides.
fn is_json(media_type: Option<&SparqlMediaType>, body: &[u8]) -> bool {
    match media_type {
        Some(SparqlMediaType::ResultsJson) => true,
        Some(other) => other.as_str() == "application/json",
        None => body.trim_ascii_start().first() == Some(&b'{'),
    }
}

fn read_all<T: DeserializeOwned>(
    body: &RawBody,
    mut take: impl FnMut(T),
) -> Result<RowReader<T>, RowError> {
    let mut reader = RowReader::new(RowsFormat::Sparql);
    reader.push(body.bytes().clone());
    reader.end();
    while let Some(row) = reader.next_row()? {
        take(row);
    }
    Ok(reader)
}
