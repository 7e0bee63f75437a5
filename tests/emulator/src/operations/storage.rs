//! The contents of the cluster's storage.
//!
//! `GET /storage/info` ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/storage-info.html)). No source shows
//! a whole response (U14); this one has the form of the service model.

use serde_json::{Value, json};

use super::{Answer, Answered, Route};
use crate::cluster::Cluster;
use crate::incoming::Incoming;
use crate::input::Inputs;

pub(crate) const ROUTES: &[Route] = &[Route::get("GetStorageInfo", "/storage/info", info)];

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[("GetStorageInfo", &[])];

fn info(cluster: &mut Cluster, _: &Incoming<'_>) -> Answered {
    let set = cluster.storage_info.clone();
    Ok(Answer::Json(set.unwrap_or_else(nearly_empty)))
}

/// An almost empty cluster. The index `OSGP` is optional and absent.
fn nearly_empty() -> Value {
    let metrics = |size: u64, count: u64| json!({ "sizeInBytes": size, "count": count });
    let indexes = json!({
        "SPOG": metrics(16_384, 0), "POGS": metrics(16_384, 0), "GPSO": metrics(16_384, 0), "PZSOG": metrics(16_384, 0),
    });
    json!({
        "totalStorageBytesUsed": 245_760,
        "quads": { "RDF": indexes, "PG": indexes },
        "dictionaries": { "total": metrics(32_768, 24), "blobs": metrics(16_384, 0) },
        "undoLogs": { "sizeInBytes": 16_384, "listSize": 0 },
        "streams": metrics(0, 0),
        "dfeStatistics": metrics(16_384, 0),
        "schema": metrics(16_384, 2),
        "internals": metrics(16_384, 12),
    })
}
