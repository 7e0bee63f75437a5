use serde::{Deserialize, Serialize};

use crate::{
    streams::{Encoding, EventId, IteratorType, PropertyValue, PropertygraphRecordType},
    types::RawJson,
};

change_stream! {
    name: "GetPropertygraphStream",
    http: GET "/propertygraph/stream",
    output: GetPropertygraphStreamOutput,
    format: PgJson,
    data: PropertygraphData,

    /// Reads the change stream of the property graph.
    ///
    /// A read. Every instance accepts it, but replicas lag behind the writer. Choose the start position with
    /// [`trim_horizon`](Self::trim_horizon), [`latest`](Self::latest), [`at`](Self::at) or [`after`](Self::after);
    /// for the next page, use `after` with the `last_event_id` of the response.
    ///
    /// An update is a removal and an addition. Deleting a vertex gives one record for each of its properties, edges and
    /// labels. [`Rows`](crate::rows::Rows) of [`PropertygraphRecord`] returns the records as they arrive.
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
    /// use neptunedata::{
    ///     Endpoint,
    ///     streams::{ChangeOp, EventId, GetPropertygraphStream, PropertygraphRecordType},
    /// };
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let get = GetPropertygraphStream::after(EventId::new(12, 1)).limit(1000);
    /// let request = neptunedata::request(&get, &endpoint)?;
    /// assert_eq!(
    ///     request.uri(),
    ///     "http://localhost:8182/propertygraph/stream\
    ///      ?commitNum=12&iteratorType=AFTER_SEQUENCE_NUMBER&limit=1000&opNum=1",
    /// );
    ///
    /// let body = r#"{"lastEventId":{"commitNum":13,"opNum":1},"lastTrxTimestamp":1560011610678,
    ///     "format":"PG_JSON","totalRecords":1,"records":[{
    ///         "commitTimestamp":1560011610678,"eventId":{"commitNum":13,"opNum":1},"op":"ADD","isLastOp":true,
    ///         "data":{"id":"d2b59bf8","type":"vl","key":"label","value":{"value":"vertex","dataType":"String"}}}]}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetPropertygraphStream>(&response)?;
    /// assert_eq!(output.last_event_id, Some(EventId::new(13, 1)));
    /// let record = &output.records.unwrap()[0];
    /// assert_eq!(record.op, Some(ChangeOp::Add));
    /// let data = record.data.as_ref().unwrap();
    /// assert_eq!(data.record_type, Some(PropertygraphRecordType::VertexLabel));
    /// assert_eq!(data.value.as_ref().unwrap().value, "vertex");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/streams-using-api-call.html>
    pub struct GetPropertygraphStream { .. }

    /// A change of the property graph.
    pub struct PropertygraphRecord;
}

/// What changed in the property graph, in the format `PG_JSON`. Data in the older format `GREMLIN_JSON`, or in
/// another form, is kept as received in [`other`](field@Self::other).
///
/// The record of a property has the id of its element, but not the label.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
#[non_exhaustive]
pub struct PropertygraphData {
    /// The id of the vertex or edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the record is about. The member is called `type` on the wire.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub record_type: Option<PropertygraphRecordType>,
    /// The name of the property; `label` for labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The value that was added or removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<PropertyValue>,
    /// The source vertex; only for edges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The target vertex; only for edges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The data as received, if it has another form or the record is in the older format `GREMLIN_JSON`; the
    /// other members are then `None`. On the wire this is the whole data, not a member.
    #[serde(skip)]
    pub other: Option<RawJson>,
}

arbitrary!(PropertygraphData => id, record_type, key, value, from, to, other: Exactly(None));
