use super::CANCEL_EXCEPTIONS;
use crate::machine::CancelOperation;

operation! {
    name: "CancelGremlinQuery",
    http: DELETE "/gremlin/status/{queryId}",
    effect: Idempotent,
    exceptions: CANCEL_EXCEPTIONS,
    iam_actions: ["CancelQuery"],
    output: CancelGremlinQueryOutput,

    /// Cancels a Gremlin query.
    ///
    /// Idempotent: a cancelled query stays cancelled. A retry after a lost response can fail with the error of
    /// an unknown id, and the [`Error`](crate::error::Error) says that an earlier attempt may have been
    /// executed. The cancelled query itself ends with an error.
    ///
    /// Only the instance that runs the query can cancel it ([U13](crate::wire_notes#u13)). Requires the IAM action
    /// `neptune-db:CancelQuery`, which read-only policies do not include, and engine 1.2.1.0.R6 or later. The id
    /// of a query that is not running causes an `InvalidParameterException` (400).
    ///
    /// ```
    /// use neptunedata::{Endpoint, gremlin::CancelGremlinQuery};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let cancel = CancelGremlinQuery::new("fb34cd3e-f37c-4d12-9cf2-03bb741bf54f");
    /// let request = neptunedata::request(&cancel, &endpoint)?;
    /// assert_eq!(request.method(), "DELETE");
    /// assert_eq!(
    ///     request.uri(),
    ///     "http://localhost:8182/gremlin/status/fb34cd3e-f37c-4d12-9cf2-03bb741bf54f",
    /// );
    ///
    /// let response = neptunedata::http::Response::new(r#"{"status":"200 OK"}"#.into());
    /// let output = neptunedata::response::<CancelGremlinQuery>(&response)?;
    /// assert_eq!(output.status.as_deref(), Some("200 OK"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/gremlin-api-status-cancel.html>
    pub struct CancelGremlinQuery {
        /// The query. Must not be empty, `.` or `..`.
        pub query_id: String => label("queryId"),
    }

    /// Cancels the query with this id.
    pub fn new(..);
}

output! {
    /// The response to [`CancelGremlinQuery`].
    pub struct CancelGremlinQueryOutput {
        /// A status text such as `200 OK`.
        pub status: Option<String>,
    }
}

impl CancelOperation for CancelGremlinQuery {
    fn of_query(query_id: String) -> Self {
        CancelGremlinQuery::new(query_id)
    }
}
