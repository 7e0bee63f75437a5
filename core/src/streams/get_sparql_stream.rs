use serde::{Deserialize, Serialize};

use super::{EXCEPTIONS, record};
use crate::{
    streams::{Encoding, EventId, IteratorType},
    types::RawJson,
};

operation! {
    name: "GetSparqlStream",
    http: GET "/sparql/stream",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["GetStreamRecords"],
    output: GetSparqlStreamOutput,
    decode: record::read,

    /// Reads the change stream of the RDF graph.
    ///
    /// A read, on any instance, though replicas lag behind. Say where to begin with
    /// [`trim_horizon`](Self::trim_horizon), [`latest`](Self::latest), [`at`](Self::at) or
    /// [`after`](Self::after); the next page begins after the last event id.
    ///
    /// [`Rows`](crate::rows::Rows) of [`SparqlRecord`] returns the records as they arrive.
    ///
    /// A response has the requested number of records, or fewer at the end of the stream, and ends early with
    /// the record that makes it 10 MB. Past the end of the stream the response is not an empty page but a
    /// `StreamRecordsNotFoundException` (404), which means that there are no new records;
    /// [`ServiceError::last_valid_event_id`](crate::error::ServiceError::last_valid_event_id) is the end of the
    /// stream. A position that is no longer kept is an `ExpiredStreamException` ([U18](crate::wire_notes#u18)),
    /// and a stream that is not enabled is an `UnsupportedOperationException`. `ThrottlingException` and
    /// `MemoryLimitExceededException` are transient.
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
    pub struct GetSparqlStream {
        /// The maximum number of records, from 1 to 100,000. The service's default is 10.
        pub limit: Option<i64> => query("limit", 1..=100_000),
        /// Where to begin. The service's default is `AT_SEQUENCE_NUMBER`.
        pub iterator_type: Option<IteratorType> => query("iteratorType"),
        /// The commit to begin at or after. The service requires it for `AT_SEQUENCE_NUMBER` and
        /// `AFTER_SEQUENCE_NUMBER`, and ignores it for the others.
        pub commit_num: Option<i64> => query("commitNum"),
        /// The operation in the commit. The service's default is 1.
        pub op_num: Option<i64> => query("opNum"),
        /// The accepted compression, sent as the header `Accept-Encoding`. Decompressing a response requires
        /// the feature `gzip` of this crate.
        pub encoding: Option<Encoding> => accept_encoding("encoding"),
    }

    /// Reads from where the service begins by default. That is a commit, which the service requires: see
    /// [`at`](Self::at).
    pub fn new();
}

change_stream! {
    request: GetSparqlStream,
    format: NQuads,
    output: GetSparqlStreamOutput,
    data: SparqlData,

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
    /// The data as received, if it has another form or the record is in the older format `GREMLIN_JSON`; the
    /// other members are then `None`. On the wire this is the whole data, not a member.
    #[serde(skip)]
    pub other: Option<RawJson>,
}

arbitrary!(SparqlData => stmt, other: Exactly(None));
