use super::{STATUS_EXCEPTIONS, SparqlQueriesOutput, form::Form};
use crate::{
    error::DecodeError,
    machine::CancelOperation,
    operation::{Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

custom_request! {
    name: "CancelSparqlQuery",
    http: POST "/sparql/status",
    effect: Idempotent,
    exceptions: STATUS_EXCEPTIONS,
    iam_actions: ["CancelQuery"],
    documentation: "https://docs.aws.amazon.com/neptune/latest/userguide/sparql-api-status-cancel.html",

    /// Cancels a SPARQL query, sent as a form.
    ///
    /// Idempotent: a query that was cancelled stays cancelled. Only the instance that runs the query knows it
    /// ([U13](crate::wire_notes#u13)), so the request has to reach that one. Needs the IAM action `neptune-db:CancelQuery`.
    /// No page names an engine that lacks it.
    ///
    /// An id that is no UUID is refused with HTTP 400 and plain text, which is the message of an error without
    /// a code. The query itself then ends in a `CancelledByUserException` (500), or if it is cancelled with
    /// [`silent`](field@Self::silent), in a success without rows.
    ///
    /// ```
    /// use neptunedata::{Endpoint, error::Cause, sparql::CancelSparqlQuery};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let cancel = CancelSparqlQuery::new("fb34cd3e-f37c-4d12-9cf2-03bb741bf54f").silent(true);
    /// let request = neptunedata::request(&cancel, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/sparql/status");
    /// assert_eq!(
    ///     request.body(),
    ///     "cancelQuery=true&queryId=fb34cd3e-f37c-4d12-9cf2-03bb741bf54f&silent=true",
    /// );
    ///
    /// let body = r#"{"acceptedQueryCount":9,"runningQueryCount":0,"queries":[]}"#;
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<CancelSparqlQuery>(&answer)?;
    /// assert_eq!(output.running_query_count, Some(0));
    ///
    /// let refused = neptunedata::http::Response::builder()
    ///     .status(400)
    ///     .body("Invalid queryId (not a UUID): x".into())?;
    /// let Err(Cause::Service(error)) = neptunedata::response::<CancelSparqlQuery>(&refused) else { panic!() };
    /// assert_eq!(error.message, "Invalid queryId (not a UUID): x");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct CancelSparqlQuery {
        /// The query. Refused when empty.
        pub query_id: String,
        /// Whether the query is to end in a success without rows instead of an error. The service's default
        /// is false. Whoever waits for the query then cannot tell that from a query that found nothing.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub silent: Option<bool>,
    }
}

arbitrary!(CancelSparqlQuery => query_id: Label, silent);

impl CancelSparqlQuery {
    /// Cancels the query with this id.
    pub fn new(query_id: impl Into<String>) -> Self {
        CancelSparqlQuery {
            query_id: query_id.into(),
            silent: None,
        }
    }
}

setters!(CancelSparqlQuery { silent: bool });

impl Operation for CancelSparqlQuery {
    type Output = SparqlQueriesOutput;

    const INFO: &'static OperationInfo = Self::FACTS;

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.check_id("queryId", &self.query_id);
        let silent = self
            .silent
            .map(|silent| if silent { "true" } else { "false" });
        Form::default()
            // The service looks only at whether the field exists.
            .with("cancelQuery", "true")
            .with("queryId", &self.query_id)
            .maybe("silent", silent)
            .write(request);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

impl CancelOperation for CancelSparqlQuery {
    fn of_query(query_id: String) -> Self {
        CancelSparqlQuery::new(query_id)
    }
}
