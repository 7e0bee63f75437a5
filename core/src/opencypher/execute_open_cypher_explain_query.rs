use std::{borrow::Cow, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    QUERY_EXCEPTIONS, hint,
    parameters::{self, InvalidParameters, parameter_setters},
};
use crate::{
    error::DecodeError,
    operation::Effect,
    types::ReportAsText,
    wire::{request::RequestWriter, response::RawResponse},
};

custom_request! {
    name: "ExecuteOpenCypherExplainQuery",
    http: POST "/opencypher/explain",
    effect: Write,
    exceptions: QUERY_EXCEPTIONS,
    iam_actions: ["ReadDataViaQuery"],
    output: ExecuteOpenCypherExplainQueryOutput,
    effect_of: effect_of,
    encode: ExecuteOpenCypherExplainQuery::write,
    decode: ExecuteOpenCypherExplainQueryOutput::read,

    /// Explains an openCypher query.
    ///
    /// A read in mode [`Static`](OpenCypherExplainMode::Static), which plans and does not execute. In all other
    /// modes a write: they execute the query ([M04](crate::wire_notes#m04)), though the service model calls the
    /// operation read-only and the guide says that queries with updates are rejected. So the request is not
    /// retried after a lost response. For queries that only read, set [`Effect::Read`] with
    /// [`CallOptions::effect`](crate::machine::CallOptions::effect).
    ///
    /// Requires the IAM action `neptune-db:ReadDataViaQuery` and engine 1.2.1.0.R6 or later. Errors are those
    /// of [`ExecuteOpenCypherQuery`](crate::opencypher::ExecuteOpenCypherQuery).
    ///
    /// ```
    /// use neptunedata::{
    ///     Endpoint, opencypher::{ExecuteOpenCypherExplainQuery, OpenCypherExplainMode},
    /// };
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let explain =
    ///     ExecuteOpenCypherExplainQuery::new("MATCH (n) RETURN n LIMIT 1", OpenCypherExplainMode::Static);
    /// let request = neptunedata::request(&explain, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/opencypher/explain");
    /// assert_eq!(request.body(), r#"{"query":"MATCH (n) RETURN n LIMIT 1","explain":"static"}"#);
    ///
    /// let body = "Query:\nMATCH (n) RETURN n LIMIT 1\n\n╔════╤════════╗\n║ ID │ Out #1 ║\n╚════╧════════╝\n";
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteOpenCypherExplainQuery>(&response)?;
    /// assert!(output.text().starts_with("Query:\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The report is plain text with drawn tables. AWS's notebooks request HTML with a header:
    ///
    /// ```
    /// use neptunedata::CallOptions;
    /// use neptunedata::http::{HeaderValue, header::ACCEPT};
    ///
    /// let options = CallOptions::new().header(ACCEPT, HeaderValue::from_static("text/html"));
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-explain.html>
    pub struct ExecuteOpenCypherExplainQuery {
        /// The query. The member is called `query` on the wire.
        pub open_cypher_query: String,
        /// The values of the query's `$parameters`: the text of a JSON object. It is sent as a string; it is
        /// not known whether the service accepts an object ([U05](crate::wire_notes#u05)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub parameters: Option<String>,
        /// How detailed the report is. The member is called `explain` on the wire.
        pub explain_mode: OpenCypherExplainMode,
        /// The time limit of the query, in the modes that execute it; as in
        /// [`ExecuteOpenCypherQuery`](field@crate::opencypher::ExecuteOpenCypherQuery::timeout_hint).
        #[serde(
            default,
            with = "hint::milliseconds",
            skip_serializing_if = "Option::is_none"
        )]
        pub timeout_hint: Option<Duration>,
        // Parameters that cannot be sent cannot be serialized either.
        #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
        invalid_parameters: Option<InvalidParameters>,
    }
}

arbitrary!(ExecuteOpenCypherExplainQuery =>
    open_cypher_query, parameters: Optional(JsonObject), explain_mode,
    timeout_hint: Milliseconds(1..=i32::MAX), invalid_parameters: Exactly(None));

impl ExecuteOpenCypherExplainQuery {
    /// Explains this query.
    pub fn new(open_cypher_query: impl Into<String>, explain_mode: OpenCypherExplainMode) -> Self {
        ExecuteOpenCypherExplainQuery {
            open_cypher_query: open_cypher_query.into(),
            parameters: None,
            explain_mode,
            timeout_hint: None,
            invalid_parameters: None,
        }
    }

    fn write(&self, request: &mut RequestWriter<'_>) {
        hint::check_timeout(request, self.timeout_hint);
        parameters::check(request, &self.parameters, &self.invalid_parameters);
        request.json(&Body {
            query: &self.query_text(),
            parameters: &self.parameters,
            explain: &self.explain_mode,
        });
    }
}

fn effect_of(request: &ExecuteOpenCypherExplainQuery) -> Effect {
    match request.explain_mode {
        OpenCypherExplainMode::Static => Effect::Read,
        _ => Effect::Write,
    }
}

parameter_setters!(ExecuteOpenCypherExplainQuery);

open_enum! {
    /// How detailed the report on an openCypher query is.
    OpenCypherExplainMode {
        /// The plan. The query is not executed.
        Static = "static",
        /// The plan and its execution. The query is executed.
        Dynamic = "dynamic",
        /// The plan and its execution, with details of each operator. The query is executed.
        Details = "details",
    }
}

/// The request as it is sent.
#[derive(Serialize)]
struct Body<'a> {
    query: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: &'a Option<String>,
    explain: &'a OpenCypherExplainMode,
}

/// The response to [`ExecuteOpenCypherExplainQuery`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExecuteOpenCypherExplainQueryOutput {
    /// The report: the whole body.
    pub results: ReportAsText,
    /// The media type of the response, such as `text/plain;charset=UTF-8`. It is not a member of the service
    /// model, so the serde form leaves it out.
    #[serde(skip)]
    pub media_type: Option<String>,
}

arbitrary!(ExecuteOpenCypherExplainQueryOutput, answer = |output: &ExecuteOpenCypherExplainQueryOutput| {
    crate::testing::body_answer(output.media_type.as_deref(), output.results.bytes().clone())
} => results, media_type: Optional(Header));

impl ExecuteOpenCypherExplainQueryOutput {
    // The body is text.
    pub(crate) const MEMBERS: &'static [&'static str] = &[];

    fn read(response: &RawResponse<'_>) -> Result<Self, DecodeError> {
        let results = ReportAsText::new(response.report()?);
        let media_type = response.headers().get(http::header::CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok());
        Ok(ExecuteOpenCypherExplainQueryOutput {
            results,
            media_type: media_type.map(str::to_owned),
        })
    }

    /// The report as text.
    pub fn text(&self) -> Cow<'_, str> {
        self.results.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;

    #[test]
    fn m04_only_static_explains_may_be_repeated() {
        let effect = |mode| ExecuteOpenCypherExplainQuery::new("RETURN 1", mode).effect();
        assert_eq!(effect(OpenCypherExplainMode::Static), Effect::Read);
        assert_eq!(effect(OpenCypherExplainMode::Dynamic), Effect::Write);
        assert_eq!(effect(OpenCypherExplainMode::Details), Effect::Write);
        assert_eq!(effect("STATIC".into()), Effect::Write);
    }
}
