use super::CANCEL_EXCEPTIONS;

operation! {
    name: "CancelOpenCypherQuery",
    http: DELETE "/opencypher/status/{queryId}",
    effect: Idempotent,
    exceptions: CANCEL_EXCEPTIONS,
    iam_actions: ["CancelQuery"],
    output: CancelOpenCypherQueryOutput,

    /// Cancels an openCypher query.
    ///
    /// Idempotent: a cancelled query stays cancelled. A retry after a lost response can fail with the error of an
    /// unknown id, and the [`Error`](crate::error::Error) says that an earlier attempt may have been executed.
    ///
    /// Only the instance that runs the query knows it ([U13](crate::wire_notes#u13)), so the request must reach
    /// that instance: use the endpoint of the query, or the instance endpoint if the query went to the cluster's
    /// reader endpoint. An unknown id causes an `InvalidParameterException` (400). Requires the IAM action
    /// `neptune-db:CancelQuery` and engine 1.2.1.0.R6 or later.
    ///
    /// The query itself then ends with a `CancelledByUserException` (500), or with an empty success if it is
    /// cancelled with [`silent`](field@Self::silent) ([M21](crate::wire_notes#m21)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, opencypher::CancelOpenCypherQuery};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let cancel = CancelOpenCypherQuery::new("fb34cd3e-f37c-4d12-9cf2-03bb741bf54f").silent(true);
    /// let request = neptunedata::request(&cancel, &endpoint)?;
    /// assert_eq!(request.method(), "DELETE");
    /// assert_eq!(
    ///     request.uri(),
    ///     "http://localhost:8182/opencypher/status/fb34cd3e-f37c-4d12-9cf2-03bb741bf54f?silent=true",
    /// );
    ///
    /// let response = neptunedata::http::Response::new(r#"{"status":"200 OK","payload":true}"#.into());
    /// let output = neptunedata::response::<CancelOpenCypherQuery>(&response)?;
    /// assert_eq!(output.payload, Some(true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-status.html>
    pub struct CancelOpenCypherQuery {
        /// The query. Must not be empty, `.` or `..`.
        pub query_id: String => label("queryId"),
        /// Whether the query ends with an empty success instead of an error. The service's default is false.
        /// The caller of the query cannot distinguish such a success from a query without results.
        pub silent: Option<bool> => query("silent"),
    }

    /// Cancels the query with this id.
    pub fn new(..);
}

output! {
    /// The response to [`CancelOpenCypherQuery`].
    pub struct CancelOpenCypherQueryOutput {
        /// A status text such as `200 OK`.
        pub status: Option<String>,
        /// Whether the query was cancelled.
        pub payload: Option<bool>,
    }
}
