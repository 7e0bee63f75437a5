use serde::Serialize;

use super::QUERY_EXCEPTIONS;
use crate::{
    error::DecodeError,
    wire::{request::RequestWriter, response::RawResponse},
};

custom_request! {
    name: "ExecuteGremlinExplainQuery",
    http: POST "/gremlin/explain",
    effect: Read,
    exceptions: QUERY_EXCEPTIONS,
    iam_actions: ["ReadDataViaQuery", "WriteDataViaQuery", "DeleteDataViaQuery"],
    output: ExecuteGremlinExplainQueryOutput,
    encode: ExecuteGremlinExplainQuery::write,
    decode: ExecuteGremlinExplainQueryOutput::read,

    /// Explains how a Gremlin query would be executed.
    ///
    /// A read: the query is planned and not executed.
    /// [`ExecuteGremlinProfileQuery`](crate::gremlin::ExecuteGremlinProfileQuery) executes it.
    ///
    /// Requires the IAM actions `neptune-db:ReadDataViaQuery`, `WriteDataViaQuery` and `DeleteDataViaQuery`, as
    /// executing the query would, and engine 1.2.1.0.R6 or later. A text outside the grammar is a
    /// `MalformedQueryException`.
    ///
    /// ```
    /// use neptunedata::{Endpoint, gremlin::ExecuteGremlinExplainQuery};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let explain = ExecuteGremlinExplainQuery::new("g.V().limit(1)");
    /// let request = neptunedata::request(&explain, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/gremlin/explain");
    /// assert_eq!(request.body(), r#"{"gremlin":"g.V().limit(1)"}"#);
    ///
    /// let body = "\
    /// *******************************************************
    ///                 Neptune Gremlin Explain
    /// *******************************************************
    ///
    /// Query String
    /// ============
    /// g.V().limit(1)
    /// ";
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteGremlinExplainQuery>(&response)?;
    /// assert!(output.text().contains("Query String"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/gremlin-explain-api.html>
    pub struct ExecuteGremlinExplainQuery {
        /// The query, in the Gremlin grammar.
        pub gremlin_query: String,
    }
}

arbitrary!(ExecuteGremlinExplainQuery => gremlin_query);

impl ExecuteGremlinExplainQuery {
    /// Explains this query.
    pub fn new(gremlin_query: impl Into<String>) -> Self {
        ExecuteGremlinExplainQuery {
            gremlin_query: gremlin_query.into(),
        }
    }

    fn write(&self, request: &mut RequestWriter<'_>) {
        request.json(&Body {
            gremlin: &self.gremlin_query,
        });
    }
}

report_output! {
    /// The response to [`ExecuteGremlinExplainQuery`].
    pub struct ExecuteGremlinExplainQueryOutput;
}

/// The request as it is sent.
#[derive(Serialize)]
struct Body<'a> {
    gremlin: &'a str,
}
