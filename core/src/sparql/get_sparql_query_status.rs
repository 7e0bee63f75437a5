use serde::{Deserialize, Serialize};

use super::STATUS_EXCEPTIONS;
use crate::{
    error::DecodeError,
    types::{QueryEvalStats, QueryStatus},
    wire::response::RawResponse,
};

operation! {
    name: "GetSparqlQueryStatus",
    http: GET "/sparql/status",
    effect: Read,
    exceptions: STATUS_EXCEPTIONS,
    iam_actions: ["GetQueryStatus"],
    documentation: "https://docs.aws.amazon.com/neptune/latest/userguide/sparql-api-status.html",
    output: GetSparqlQueryStatusOutput,
    decode: read_output,
    may_answer_empty: true,

    /// Gets the status of a SPARQL query by its id.
    ///
    /// A read. Only the instance that runs the query knows it ([U13](crate::wire_notes#u13)); others, and all
    /// instances after the query ended, return a success without a body:
    /// [`query`](field@GetSparqlQueryStatusOutput::query) is then `None`. Requires the IAM action
    /// `neptune-db:GetQueryStatus`. The documentation does not give a minimum engine version.
    ///
    /// Common errors: `AccessDeniedException` (403) without that permission, `TooManyRequestsException` (429) when
    /// the server has too many signatures to check.
    ///
    /// ```
    /// use neptunedata::{Endpoint, sparql::GetSparqlQueryStatus};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let get = GetSparqlQueryStatus::new("fb34cd3e-f37c-4d12-9cf2-03bb741bf54f");
    /// let request = neptunedata::request(&get, &endpoint)?;
    /// assert_eq!(
    ///     request.uri(),
    ///     "http://localhost:8182/sparql/status?queryId=fb34cd3e-f37c-4d12-9cf2-03bb741bf54f",
    /// );
    ///
    /// let body = r#"{"queryId":"fb34cd3e-f37c-4d12-9cf2-03bb741bf54f",
    ///     "queryEvalStats":{"subqueries":0,"elapsed":23,"cancelled":false},"queryString":"ASK {}"}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let query = neptunedata::response::<GetSparqlQueryStatus>(&response)?.query.unwrap();
    /// assert_eq!(query.query_string.as_deref(), Some("ASK {}"));
    ///
    /// let unknown = neptunedata::http::Response::new("".into());
    /// assert_eq!(neptunedata::response::<GetSparqlQueryStatus>(&unknown)?.query, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct GetSparqlQueryStatus {
        /// The query. Must not be empty, which would request all queries.
        pub query_id: String => id_query("queryId"),
    }

    /// Requests the status of the query with this id.
    pub fn new(..);
}

/// The response to [`GetSparqlQueryStatus`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetSparqlQueryStatusOutput {
    /// The query; `None` if the instance does not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<QueryStatus>,
}

impl GetSparqlQueryStatusOutput {
    // Those of `QueryOrList`.
    pub(crate) const MEMBERS: &'static [&'static str] =
        &["queryId", "queryString", "queryEvalStats", "queries"];
}

// An object without members is read as `None`.
arbitrary!(GetSparqlQueryStatusOutput, with = |mut output: GetSparqlQueryStatusOutput| {
    output.query = output.query.filter(|query| *query != QueryStatus::default());
    output
} => query);

#[cfg(any(feature = "proptest", feature = "arbitrary"))]
impl crate::testing::Answer for GetSparqlQueryStatusOutput {
    fn to_response(&self) -> http::Response<bytes::Bytes> {
        crate::testing::json_answer(&self.query.clone().unwrap_or_default())
    }
}

/// QueryOrList the query itself, or a list with the query as its only item.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryOrList {
    query_id: Option<String>,
    query_string: Option<String>,
    query_eval_stats: Option<QueryEvalStats>,
    queries: Option<Vec<QueryStatus>>,
}

fn read_output(response: &RawResponse<'_>) -> Result<GetSparqlQueryStatusOutput, DecodeError> {
    let found: QueryOrList = response.json()?;
    let own = QueryStatus {
        query_id: found.query_id,
        query_string: found.query_string,
        query_eval_stats: found.query_eval_stats,
    };
    let query = if own == QueryStatus::default() {
        found.queries.and_then(|queries| queries.into_iter().next())
    } else {
        Some(own)
    };
    Ok(GetSparqlQueryStatusOutput { query })
}
