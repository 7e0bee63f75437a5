use super::{STATUS_EXCEPTIONS, SparqlQueriesOutput, form::Form};
use crate::{machine::CancelOperation, wire::request::RequestWriter};

custom_request! {
    name: "CancelSparqlQuery",
    http: POST "/sparql/status",
    effect: Idempotent,
    exceptions: STATUS_EXCEPTIONS,
    iam_actions: ["CancelQuery"],
    documentation: "https://docs.aws.amazon.com/neptune/latest/userguide/sparql-api-status-cancel.html",
    output: SparqlQueriesOutput,
    encode: CancelSparqlQuery::write,

    /// Cancels a SPARQL query. The request is sent as a form.
    ///
    /// Idempotent: a cancelled query stays cancelled. Only the instance that runs the query knows it
    /// ([U13](crate::wire_notes#u13)), so the request must reach that instance. Requires the IAM action
    /// `neptune-db:CancelQuery`. The documentation does not give a minimum engine version.
    ///
    /// An id that is not a UUID is rejected with HTTP 400 and plain text, which becomes the `message` of a
    /// [`ServiceError`](crate::error::ServiceError) whose `code` is `None`. The query itself ends with a
    /// `CancelledByUserException` (500), or with a success without rows if it is cancelled with
    /// [`silent`](field@Self::silent).
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
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<CancelSparqlQuery>(&response)?;
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
        /// The query. Must not be empty.
        pub query_id: String,
        /// Whether the query ends with a success without rows instead of an error. The service's default is
        /// false. The caller of the query cannot distinguish such a success from a query without results.
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

    fn write(&self, request: &mut RequestWriter<'_>) {
        request.check_id("queryId", &self.query_id);
        let silent = self
            .silent
            .map(|silent| if silent { "true" } else { "false" });
        Form::default()
            // The service looks only at whether the field exists.
            .field("cancelQuery", "true")
            .field("queryId", &self.query_id)
            .optional("silent", silent)
            .write(request);
    }
}

setters!(CancelSparqlQuery { silent: bool });

impl CancelOperation for CancelSparqlQuery {
    fn of_query(query_id: String) -> Self {
        CancelSparqlQuery::new(query_id)
    }
}
