use std::{borrow::Cow, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    QUERY_EXCEPTIONS, hint,
    parameters::{self, Refused, parameter_setters},
};
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    types::ReportAsText,
    wire::{request::RequestWriter, response::RawResponse},
};

custom_request! {
    name: "ExecuteOpenCypherExplainQuery",
    http: POST "/opencypher/explain",
    effect: Write,
    exceptions: QUERY_EXCEPTIONS,
    iam_actions: ["ReadDataViaQuery"],

    /// Explains an openCypher query.
    ///
    /// A read in mode [`Static`](OpenCypherExplainMode::Static), which plans and does not execute. In all
    /// other modes a write, though the service model calls the operation read-only and the guide says that
    /// queries with updates are refused: they do execute the query ([M04](crate::wire_notes#m04)), so after a lost answer the
    /// request is not sent again. Say [`Effect::Read`] with
    /// [`CallOptions::effect`](crate::machine::CallOptions::effect) where that is fine.
    ///
    /// Needs the IAM action `neptune-db:ReadDataViaQuery` and engine 1.2.1.0.R6 or later. Fails as
    /// [`ExecuteOpenCypherQuery`](crate::opencypher::ExecuteOpenCypherQuery) does.
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteOpenCypherExplainQuery>(&answer)?;
    /// assert!(output.text().starts_with("Query:\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The report is plain text with tables drawn in it. AWS's notebooks get it in HTML, with a header:
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
        /// The query. `query` in the request that is sent.
        pub open_cypher_query: String,
        /// The values of its `$parameters`: the text of a JSON object. Text it is in the request too;
        /// whether an object would do is not known ([U05](crate::wire_notes#u05)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub parameters: Option<String>,
        /// How detailed the summary is. `explain` in the request that is sent.
        pub explain_mode: OpenCypherExplainMode,
        /// How long the service may take, in the modes that execute the query; as in
        /// [`ExecuteOpenCypherQuery`](field@crate::opencypher::ExecuteOpenCypherQuery::timeout_hint).
        #[serde(
            default,
            with = "hint::milliseconds",
            skip_serializing_if = "Option::is_none"
        )]
        pub timeout_hint: Option<Duration>,
        // Parameters that cannot be sent have no serde form either.
        #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
        refused: Option<Refused>,
    }
}

arbitrary!(ExecuteOpenCypherExplainQuery =>
    open_cypher_query, parameters: Optional(JsonObject), explain_mode,
    timeout_hint: Milliseconds(1..=i32::MAX), refused: Exactly(None));

impl ExecuteOpenCypherExplainQuery {
    /// Explains this query.
    pub fn new(open_cypher_query: impl Into<String>, explain_mode: OpenCypherExplainMode) -> Self {
        ExecuteOpenCypherExplainQuery {
            open_cypher_query: open_cypher_query.into(),
            parameters: None,
            explain_mode,
            timeout_hint: None,
            refused: None,
        }
    }
}

parameter_setters!(ExecuteOpenCypherExplainQuery);

open_enum! {
    /// How detailed the report about an openCypher query is.
    OpenCypherExplainMode {
        /// The plan. The query is not executed.
        Static = "static",
        /// The plan and what became of it. The query is executed.
        Dynamic = "dynamic",
        /// The same with more about each operator. The query is executed.
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

/// The answer to [`ExecuteOpenCypherExplainQuery`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExecuteOpenCypherExplainQueryOutput {
    /// The report: the whole body.
    pub results: ReportAsText,
    /// The media type that it came with, such as `text/plain;charset=UTF-8`. Not a member of the
    /// answer, so its serde form leaves this out.
    #[serde(skip)]
    pub media_type: Option<String>,
}

arbitrary!(ExecuteOpenCypherExplainQueryOutput, answer = |output: &ExecuteOpenCypherExplainQueryOutput| {
    crate::testing::body_answer(output.media_type.as_deref(), output.results.bytes().clone())
} => results, media_type: Optional(Header));

impl ExecuteOpenCypherExplainQueryOutput {
    /// The report as text.
    pub fn text(&self) -> Cow<'_, str> {
        self.results.text()
    }
}

impl Operation for ExecuteOpenCypherExplainQuery {
    type Output = ExecuteOpenCypherExplainQueryOutput;

    const INFO: &'static OperationInfo = Self::FACTS;

    fn effect(&self) -> Effect {
        match self.explain_mode {
            OpenCypherExplainMode::Static => Effect::Read,
            _ => Effect::Write,
        }
    }

    fn encode(&self, request: &mut RequestWriter<'_>) {
        hint::check_timeout(request, self.timeout_hint);
        parameters::check(request, &self.parameters, &self.refused);
        request.accept_trailers();
        request.json(&Body {
            query: &self.query_text(),
            parameters: &self.parameters,
            explain: &self.explain_mode,
        });
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        let report = response.report()?;
        let media_type = response.headers().get(http::header::CONTENT_TYPE);
        Ok(ExecuteOpenCypherExplainQueryOutput {
            results: ReportAsText::new(report),
            media_type: media_type
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m04_only_static_explains_may_be_repeated() {
        let effect = |mode| ExecuteOpenCypherExplainQuery::new("RETURN 1", mode).effect();
        assert_eq!(effect(OpenCypherExplainMode::Static), Effect::Read);
        assert_eq!(effect(OpenCypherExplainMode::Dynamic), Effect::Write);
        assert_eq!(effect(OpenCypherExplainMode::Details), Effect::Write);
        assert_eq!(effect("STATIC".into()), Effect::Write);
    }
}
