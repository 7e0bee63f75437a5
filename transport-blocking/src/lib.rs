//! Blocking client for the [Amazon Neptune data API](https://docs.aws.amazon.com/neptune/latest/data-api/Welcome.html):
//! typed requests in, typed answers or typed errors out, no async runtime.
//!
//! ```
//! use neptunedata_blocking::{Client, Endpoint, engine::GetEngineStatus};
//! # use neptunedata_emulator::{Emulator, Server};
//! # let server = Server::start(Emulator::default())?;
//! # let cluster = server.endpoint();
//!
//! // An https:// URL, or a Neptune host name; signed requests take Client::new and credentials.
//! let client = Client::unsigned(Endpoint::parse(&cluster)?)?;
//!
//! let status = client.send(&GetEngineStatus::new())?;
//! assert_eq!(status.status.as_deref(), Some("healthy"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Everything of [`neptunedata`] is exported here, too: it decides what is sent, what is sent again and
//! what an answer means. This crate adds sockets, clocks and threads' patience.
//!
//! # Errors that tell whether it happened
//!
//! [`Error::may_have_executed`] is false only if no attempt can have been executed: the cluster certainly did not
//! receive a whole request, or it refused it with an answer that says so, which is taken at its word. A
//! connection is looked at before it is used again, so that one which the server has closed meanwhile is no
//! error at all. Where a write was sent and the answer did not come, the error says so, and the write is
//! not sent again.
//!
//! # Credentials
//!
//! A value, a closure, the [environment](ClientBuilder::credentials_from_environment), a
//! [profile](ClientBuilder::credentials_from_profile) with its `credential_process`, or with the feature
//! `aws-config` the default chain of the AWS SDK (`credentials_from_aws`) and any of its
//! providers (`credentials_from_provider`). Those that expire are fetched anew ahead of
//! that, by one call for all.
//!
//! # Time
//!
//! Making a connection takes at most [`connect_timeout`](transport::ClientOptions::connect_timeout): name look-up,
//! TCP, proxy and TLS together. A call takes as long as the server needs, unless
//! [`timeout`](transport::ClientOptions::timeout) or [`attempt_timeout`](transport::ClientOptions::attempt_timeout) is set, for
//! the client or for one call. Both hold through all that a call does; only a function that gives
//! [credentials](ClientBuilder::credentials_from) cannot be interrupted. An attempt's time begins when a
//! connection is asked for.
//!
//! # Connections
//!
//! There are at most [`max_connections`](transport::ClientOptions::max_connections), idle ones included, but for
//! [a few](transport::ClientOptions::MAX_EXTRA_CONNECTIONS) over which queries are cancelled, and a call holds one until the
//! end of its answer. Idle ones are closed when a later call finds them too old; there is no thread in the
//! background. A request that is sent again after a broken connection, or after a
//! failover, goes over a new connection after a new name look-up, and the older ones are not used again.
//!
//! # TLS
//!
//! Versions 1.2 and 1.3, by rustls with ring; the certificate must be for the endpoint's name, also
//! through a tunnel ([`connect_to`](transport::ClientOptions::connect_to)) or a proxy.
//!
//! # Limits
//!
//! HTTP/1.1 only. Heads, and trailers, are limited in [bytes](transport::ClientOptions::max_head_bytes) and
//! [fields](transport::ClientOptions::MAX_HEAD_FIELDS), and the extensions of all chunks of a body to 16 KiB. An answer that has
//! no length and no chunks ends with its connection: if it is JSON it has to be whole, and over TLS it fails, as
//! [`Closed`](transport::TransportErrorKind::Closed), unless it was the server that ended it (`close_notify`).
//!
//! A request is written to its end before the answer is read. Only when it has not gone on for 100 ms it is looked
//! whether the server has answered already, and if it has, the rest is not written.
//!
//! # Queries that are given up
//!
//! A query goes on when nobody waits for its answer any more, up to the cluster's own time-out. With
//! [`cancel_on_abandon`](transport::ClientOptions::cancel_on_abandon), for the client or for one call, Gremlin and SPARQL queries
//! are named and cancelled: at the end of a call's time-out, and when [`RowIter`] or
//! [`Run`] is dropped in the middle of the answer; attempts that met their time-out when the call has
//! ended, be it well or not. That happens on the thread that made the call, which it holds up by 5 s at most for all
//! attempts together, but not past the time-out of a call that has succeeded, and not while a panic is under way.
//! The request goes to the address that took the query ([U13](neptunedata::wire_notes#u13)). It does not wait for a place that calls hold:
//! for a moment there may be [more connections](transport::ClientOptions::MAX_EXTRA_CONNECTIONS) than
//! [`max_connections`](transport::ClientOptions::max_connections). Behind a proxy, or where
//! [`connect_to`](transport::ClientOptions::connect_to) leads to several instances, it may miss. Nothing becomes of its
//! failure. openCypher queries cannot be named over HTTP ([U06](neptunedata::wire_notes#u06)) and go on; give them a
//! [time-out of their own](opencypher::ExecuteOpenCypherQuery::timeout_hint).
//!
//! # Logs
//!
//! ureq logs through the `log` crate; it never gets to see headers, paths or bodies of requests. At level
//! `trace` it logs answers. With `aws-config`, what the AWS SDK logs is its own: at level `trace` there is the
//! session token of the instance metadata service among it.
//!
//! # Beside `neptunedata-hyper`
//!
//! The async client has the same methods and errors, and beyond them the builder's `connector`,
//! `tls_connector`, `timer` and `executor`. What else differs is told there.
//!
//! # Features
//!
//! - `native-roots`: trust in the operating system's certificates, [`RootCertificates::Native`](transport::RootCertificates::Native).
//! - `proxy`: HTTP proxies, by [`ClientOptions::proxy`](transport::ClientOptions::proxy) or from the environment on request.
//! - `aws-config`: credentials from the AWS chain or any provider of the AWS SDK; they are asked on a private tokio
//!   runtime, which there is none of before.
//! - `gzip`: inflates answers that come compressed, as change streams do when asked to.
//! - `tracing`: events of calls and attempts, without headers, URLs, bodies or credentials.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::string_slice,
        clippy::print_stdout,
        clippy::print_stderr,
        clippy::exit
    )
)]

#[cfg(feature = "aws-config")]
mod aws;
mod builder;
mod cancellation;
mod change_iter;
mod chunks;
mod client;
mod connect;
mod credential_files;
mod credentials_source;
mod deadlines;
mod exchange;
mod pool;
mod record_iter;
mod response_head;
mod row_iter;
mod run;
#[cfg(feature = "aws-config")]
mod runtime;
mod socket;
mod tls;
mod trace;
#[cfg(feature = "proxy")]
mod tunnel;
mod ureq_transport;
mod wait_builder;

// The core, by the names it has there.
#[doc(inline)]
pub use neptunedata::{
    Auth, Call, CallOptions, CallOutput, Credentials, Effect, Endpoint, Error, ErrorKind,
    ExceptionKind, Operation, OperationInfo, ServiceError, Session, TransportError, request,
    response, sign,
};
#[doc(no_inline)]
pub use neptunedata::{bytes, http, serde_json};
#[doc(inline)]
pub use neptunedata::{
    catalog, changes, coming_from_boto3, credentials, dynamic, endpoint, engine, error, gremlin,
    index_rebuild, loader, machine, ml, opencypher, operation, retry, rows, session, signing,
    sparql, statistics, storage, streams, summary, testing, transport, types, wait, wire_notes,
};
pub use neptunedata::{for_each_operation, for_each_sparql_operation};

pub use builder::{BuildError, ClientBuilder};
pub use change_iter::ChangeIter;
pub use client::{CallBuilder, Client};
pub use record_iter::RecordIter;
pub use row_iter::RowIter;
pub use run::Run;
pub use wait_builder::WaitBuilder;

/// The README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
