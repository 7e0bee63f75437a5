//! What the operations of the Graph Store Protocol share.

use serde::{Deserialize, Serialize};

use crate::{DecodeError, FaultKind, RequestWriter, Response};

/// Where all of them go. The guide writes the slash; whether it can be left out is not known (U10).
pub(super) const PATH: &str = "/sparql/gsp/";

/// Writes which graph is meant. The service refuses a request that names several.
pub(super) fn target(request: &mut RequestWriter<'_>, graph: Option<&str>) {
    request.exclusive_query(&["default", "graph"]);
    match graph {
        None => request.query_flag("default"),
        Some("") => {
            let reason = "is empty, which is the IRI of no graph";
            request.fault("graph", FaultKind::Other(reason.into()));
        }
        Some(iri) => request.query("graph", iri),
    }
}

/// The answer to [`PutGraph`](crate::PutGraph), [`PostGraph`](crate::PostGraph) and
/// [`DeleteGraph`](crate::DeleteGraph).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GraphStoreOutput {
    /// The HTTP status. By the protocol 201 says that the graph is new, and 200 and 204 that it was
    /// there; which of them the service answers is not known (`U10`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<i32>,
}

made_up!(GraphStoreOutput, answer = |_: &GraphStoreOutput| {
    crate::strategies::body_answer(None, bytes::Bytes::new())
} => status_code: Exactly(Some(200)));

impl GraphStoreOutput {
    pub(super) fn read(response: &Response<'_>) -> Result<Self, DecodeError> {
        response.opaque_or_blank()?;
        Ok(GraphStoreOutput {
            status_code: Some(response.status().as_u16().into()),
        })
    }
}
