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
    /// [`after`](Self::after); the next page is what comes after the last event id.
    ///
    /// [`Rows`](crate::rows::Rows) of [`SparqlRecord`] hands the records out as they arrive.
    ///
    /// An answer has as many records as were asked for or are there, and ends early with the record that
    /// makes it 10 MB. At the end of the stream there is no empty page but a
    /// `StreamRecordsNotFoundException` (404), which means that nothing has happened yet;
    /// [`ServiceError::last_valid_event_id`](crate::error::ServiceError::last_valid_event_id) says how far the
    /// stream goes. A place that is no longer kept is an `ExpiredStreamException` ([U18](crate::wire_notes#u18)), a
    /// stream that is not switched on an `UnsupportedOperationException`. `ThrottlingException` and
    /// `MemoryLimitExceededException` pass.
    ///
    /// Needs the IAM action `neptune-db:GetStreamRecords` and engine 1.2.1.0.R6 or later.
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetSparqlStream>(&answer)?;
    /// assert_eq!(output.format, Some(StreamFormat::NQuads));
    /// let record = &output.records.unwrap()[0];
    /// assert_eq!(record.event_id, Some(EventId::new(1, 1)));
    /// assert!(record.data.as_ref().unwrap().stmt.as_ref().unwrap().ends_with(" .\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/streams-using-api-call.html>
    pub struct GetSparqlStream {
        /// How many records to answer, 1 to 100,000. The service's default is 10.
        pub limit: Option<i64> => query("limit", 1..=100_000),
        /// Where to begin. The service's default is `AT_SEQUENCE_NUMBER`.
        pub iterator_type: Option<IteratorType> => query("iteratorType"),
        /// The commit to begin at or after. The service requires it for `AT_SEQUENCE_NUMBER` and
        /// `AFTER_SEQUENCE_NUMBER`, and ignores it for the others.
        pub commit_num: Option<i64> => query("commitNum"),
        /// The operation in the commit. The service's default is 1.
        pub op_num: Option<i64> => query("opNum"),
        /// How the answer may be compressed, sent as the header `Accept-Encoding`. Inflating the answer
        /// needs the feature `gzip` of this crate.
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
    /// The data as the text that came, where it has another form, and in records of the older format
    /// `GREMLIN_JSON`; nothing else is there then. On the wire it is no member but the whole.
    #[serde(skip)]
    pub other: Option<RawJson>,
}

arbitrary!(SparqlData => stmt, other: Exactly(None));
