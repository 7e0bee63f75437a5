//! Serializations of Gremlin results.

open_enum! {
    /// The serialization of a query's results: the media type of the `Accept` header.
    ///
    /// Any other text is sent as it is, if it is a valid header value. Neptune does not support GraphSON 4 or Gryo.
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-gremlin-differences.html>
    GremlinSerializer {
        /// GraphSON 3 without types: plain JSON. The service recommends it for HTTP.
        UntypedGraphSonV3 = "application/vnd.gremlin-v3.0+json;types=false",
        /// GraphSON 3 with types, for [`values`](crate::gremlin::ExecuteGremlinQueryOutput::values).
        GraphSonV3 = "application/vnd.gremlin-v3.0+json",
        /// GraphSON 2 without types.
        UntypedGraphSonV2 = "application/vnd.gremlin-v2.0+json;types=false",
        /// GraphSON 2 with types. One row of the service's table lists it for WebSocket only.
        GraphSonV2 = "application/vnd.gremlin-v2.0+json",
        /// GraphSON 1 without types.
        UntypedGraphSonV1 = "application/vnd.gremlin-v1.0+json;types=false",
        /// GraphSON 1.
        GraphSonV1 = "application/vnd.gremlin-v1.0+json",
        /// GraphSON 3, with types or without: the documentation says both ([M15](crate::wire_notes#m15)).
        Json = "application/json",
        /// GraphBinary. The response is then not JSON ([M18](crate::wire_notes#m18)); its bytes are in
        /// [`binary`](field@crate::gremlin::ExecuteGremlinQueryOutput::binary).
        GraphBinaryV1 = "application/vnd.graphbinary-v1.0",
        /// GraphBinary with results as strings.
        GraphBinaryV1Stringd = "application/vnd.graphbinary-v1.0-stringd",
    }
}
