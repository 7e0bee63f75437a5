//! An in-memory emulator of Amazon Neptune's data API.
//!
//! [`Emulator`] is a cluster without a socket: it takes a request and the time, and returns what Neptune
//! would respond. It reads no clock and, except with `Config::rdf_engine`, uses no randomness, so tests are
//! deterministic and need no network.
//!
//! ```
//! use std::time::Duration;
//!
//! use bytes::Bytes;
//! use neptunedata_emulator::{Config, Emulator, JobStatus, MlKind, Now, PlannedFault};
//!
//! let mut neptune = Emulator::new(Config::default().ml_duration(MlKind::ModelTraining, Duration::from_secs(60)));
//! let now = Now::at_unix(1_704_067_200);
//!
//! // Start a job; its response is lost.
//! neptune.fail_next(PlannedFault::executed_but_closed());
//! let start = http::Request::post("/ml/modeltraining")
//!     .header("content-type", "application/json")
//!     .body(Bytes::from(r#"{"id":"job-1","dataProcessingJobId":"data-1","trainModelS3Location":"s3://bucket/models"}"#))?;
//! assert!(neptune.handle(start, now).response().is_none());
//! assert_eq!(neptune.executed("StartMLModelTrainingJob"), 1);
//!
//! // The job runs all the same, and completes at the end of its duration.
//! let job = neptune.ml_job(MlKind::ModelTraining, "job-1").ok_or("no job")?;
//! assert_eq!(job.status(now), JobStatus::InProgress);
//! assert_eq!(job.status(now.later(Duration::from_secs(60))), JobStatus::Completed);
//!
//! let get = http::Request::get("/ml/modeltraining/job-1").body(Bytes::new())?;
//! let response = neptune.handle(get, now.later(Duration::from_secs(30))).into_response().ok_or("no response")?;
//! assert_eq!(response.to_json().ok_or("not JSON")?["status"], "InProgress");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Config`] sets the behavior of the cluster, [`PlannedFault`] plans a fault, and [`Emulator::log`] has the received
//! requests. Faults of the connection are returned as data, as a [`Fault`]. With IAM authentication ([`Config::iam`])
//! every signature is checked.
//!
//! With the feature `neptunedata`, an [`Outcome`] converts into a response of the test network of the crate
//! `neptunedata`.
//!
//! The [`manual`] describes faults, scripts, openCypher, loads of files, server, binary, CI, assumptions and the clients
//! that were tried.
#![cfg_attr(
    feature = "server",
    doc = "\n[`Server`] serves the emulator on a socket and performs the faults there. Clients in other languages can use the binary `neptune-emulator`."
)]
#![cfg_attr(
    not(feature = "server"),
    doc = "\nThe feature `server` adds an HTTP/1.1 server and the binary `neptune-emulator`."
)]

#[cfg(all(doctest, feature = "tls"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// Pages on the parts of the emulator.
pub mod manual {
    #[doc = include_str!("../docs/assumptions.md")]
    pub mod assumptions {}

    #[doc = include_str!("../docs/binary.md")]
    pub mod binary {}

    #[doc = include_str!("../docs/ci.md")]
    pub mod ci {}

    #[doc = include_str!("../docs/compatibility.md")]
    pub mod compatibility {}

    #[doc = include_str!("../docs/faults.md")]
    pub mod faults {}

    #[doc = include_str!("../docs/loader.md")]
    pub mod loader {}

    #[doc = include_str!("../docs/open_cypher.md")]
    pub mod open_cypher {}

    #[doc = include_str!("../docs/scripts.md")]
    pub mod scripts {}

    #[cfg_attr(any(not(doctest), feature = "tls"), doc = include_str!("../docs/server.md"))]
    pub mod server {}
}

#[doc = include_str!("../docs/wire.md")]
pub mod wire_notes {}

#[macro_use]
mod setters;

mod change_stream;
mod clock;
mod cluster;
mod config;
mod delivery;
mod emulator;
#[cfg(feature = "engine")]
mod engine;
mod failure;
mod fault_header;
mod generated;
#[cfg(feature = "graph")]
mod graph;
mod ids;
mod incoming;
mod input;
mod log;
#[cfg(feature = "neptunedata")]
mod network;
mod operations;
mod outcome;
mod percent;
mod plan;
mod query;
mod query_script;
#[cfg(feature = "oxigraph")]
mod rdf;
mod replacement;
#[cfg(feature = "server")]
mod server;
mod sigv4;

pub use crate::change_stream::{Change, ChangeStream, EventId, EventIdForm};
pub use crate::clock::Now;
pub use crate::config::{Config, Identity, Role};
pub use crate::delivery::{ConnectionEnd, Cut, Delivery, Framing, Part, Stall, Throttle};
pub use crate::emulator::{Emulator, Ticket};
pub use crate::fault_header::{ParseFaultError, fault_names};
pub use crate::generated::Generated;
pub use crate::input::Input;
pub use crate::log::{LogEntry, SignatureCheck};
pub use crate::operations::index_rebuild::rebuild::{IndexRebuild, RebuildStatus};
#[cfg(feature = "engine")]
pub use crate::operations::loader::files::folder::LoadFilesError;
#[cfg(feature = "engine")]
pub use crate::operations::loader::files::storage::Files;
pub use crate::operations::loader::load::BulkLoad;
pub use crate::operations::loader::script::LoadScript;
pub use crate::operations::ml::job::{JobStatus, MlJob, MlKind};
pub use crate::operations::operation_names;
pub use crate::operations::statistics::state::{GraphKind, Statistics};
pub use crate::outcome::{Fault, Outcome, Response};
pub use crate::plan::{PlannedFault, Stage};
pub use crate::query::{Language, QueryKind, QueryRequest};
pub use crate::query_script::{QueryScript, ScriptId};
pub use crate::replacement::{ErrorForm, ErrorResponse, Garbage, Refusal, Replacement, Trailers};
#[cfg(feature = "server")]
pub use crate::server::{Close, Connections, Server, ServerHandle, ServerOptions};
#[cfg(feature = "tls")]
pub use crate::server::{Handshake, Tls, TlsFault};
