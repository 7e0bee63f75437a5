use serde::{Deserialize, Serialize};

use crate::{
    streams::{Encoding, EventId, IteratorType},
    types::RawJson,
};

change_stream! {
    name: "GetSparqlStream",
    http: GET "/sparql/stream",
    output: GetSparqlStreamOutput,
    format: NQuads,
    data: SparqlData,

    /// Reads the change stream of the RDF graph.
    ///
    /// A read. Every instance accepts it, but replicas lag behind the writer. Choose the start position with
    /// [`trim_horizon`](Self::trim_horizon), [`latest`](Self::latest), [`at`](Self::at) or [`after`](Self::after);
    /// for the next page, use `after` with the `last_event_id` of the response.
    ///
    /// [`Rows`](crate::rows::Rows) of [`SparqlRecord`] returns the records as they arrive.
    ///
    /// A response has at most the requested number of records. It has fewer at the end of the stream, and it ends
    /// with the record that brings its size to 10 MB. Past the end of the stream the response is not an empty page
    /// but a `StreamRecordsNotFoundException` (404), which means that there are no new records;
    /// [`ServiceError::last_valid_event_id`](crate::error::ServiceError::last_valid_event_id) is the end of the
    /// stream. A position whose records are no longer kept causes an `ExpiredStreamException`
    /// ([U18](crate::wire_notes#u18)). If change streams are not enabled, the error is an
    /// `UnsupportedOperationException`. `ThrottlingException` and `MemoryLimitExceededException` are transient.
    ///
    /// Requires the IAM action `neptune-db:GetStreamRecords` and engine 1.2.1.0.R6 or later.
    ///
    /// ```
    /// use neptunedata::{Endpoint, streams::{EventId, GetSparqlStream, StreamFormat}};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&GetSparqlStream::trim_horizon(), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/sparql/stream?iteratorType=TRIM_HORIZON");
    ///
    /// let body = r#"{"lastEventId":{"commitNum":1,"opNum":1},"lastTrxTimestamp":1560011610678,
    ///     "format":"NQUADS","totalRecords":1,"records":[{
    ///         "commitTimestamp":1560011610678,"eventId":{"commitNum":1,"opNum":1},"op":"ADD","isLastOp":true,
    ///         "data":{"stmt":"<https://test.com/s> <https://test.com/p> <https://test.com/o> .\n"}}]}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetSparqlStream>(&response)?;
    /// assert_eq!(output.format, Some(StreamFormat::NQuads));
    /// let record = &output.records.unwrap()[0];
    /// assert_eq!(record.event_id, Some(EventId::new(1, 1)));
    /// assert!(record.data.as_ref().unwrap().stmt.as_ref().unwrap().ends_with(" .\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/streams-using-api-call.html>
    pub struct GetSparqlStream { .. }

    /// A change of the RDF graph.
    pub struct SparqlRecord;
}

/// What changed in the RDF graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
#[non_exhaustive]
pub struct SparqlData {
    /// The statement, as a line of N-Quads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stmt: Option<String>,
    /// The data as received, if it has another form or the record is in the older format `GREMLIN_JSON`;
    /// [`stmt`](field@Self::stmt) is then `None`. On the wire, this is the whole `data`, not one of its members.
    #[serde(skip)]
    pub other: Option<RawJson>,
}

arbitrary!(SparqlData => stmt, other: Exactly(None));
