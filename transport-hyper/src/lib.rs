//! Async client for the Amazon Neptune data API, on hyper.
//!
//! ```
//! use std::time::Duration;
//!
//! use neptunedata_emulator::{Config, Emulator, Server};
//! use neptunedata_hyper::{
//!     Client, Credentials, Endpoint, ml::{DataProcessingJobId, StartMlModelTrainingJob},
//!     transport::ClientOptions, types::S3Uri,
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (key, secret) = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! // In earnest the host name of a cluster, which tells the region too.
//! let server = Server::start(Emulator::new(Config::default().iam(key, secret, "us-east-1")))?;
//! let endpoint = Endpoint::parse(&server.endpoint())?.with_region("us-east-1")?;
//!
//! let client = Client::builder(endpoint)
//!     .credentials(Credentials::new(key, secret))
//!     .options(ClientOptions::new().max_connections(16).application_name("loader/2.1"))
//!     .build()?;
//!
//! let start = StartMlModelTrainingJob::new(
//!     DataProcessingJobId::new("processed-movies"),
//!     S3Uri::new("s3://my-bucket/models/"),
//! );
//! let started = client.call(&start).timeout(Duration::from_secs(30)).send().await?;
//! println!("{:?} after {} attempts", started.output.id, started.meta.attempts);
//! # Ok(())
//! # }
//! ```
//!
//! [`Client::send`] is the short form, [`Client::call`] takes options and gives the whole answer,
//! [`Client::start`] runs any [`Machine`](machine::Machine) and hands out its items. Everything of the core, the crate
//! `neptunedata`, is exported from here too.
//!
//! # What it promises
//!
//! - **Honest errors.** [`Error::may_have_executed`] is false only if no attempt can have been executed: the
//!   server cannot have had the whole request, or it refused it with an answer that says so, which is taken at
//!   its word. What is sent again, and what is not, is the [retry table](retry::retry_table).
//! - **No stale connections.** Before a request is put on an idle connection the socket itself is
//!   asked whether the server has closed it, whatever the runtime knows.
//! - **Nothing left behind.** Futures can be dropped at any point. That closes the connection at
//!   once and frees its place; the server may go on with the request. Where items are asked for, with
//!   [`Run::next_item`] and `next` of the streams, it loses nothing: what is under way
//!   goes on when the next future is polled, and is closed with what handed the items out.
//! - **No cut answers.** An answer is whole by its length, its chunks or its JSON. One that has no length and no
//!   chunks ends with its connection, and over TLS it fails, as [`Closed`](transport::TransportErrorKind::Closed), unless it was the
//!   server that ended it (`close_notify`).
//! - **Limits that hold.** Connections, heads, bodies, and time: for connecting with TLS, for an
//!   attempt, for a call, for waiting for a place. What is not read is not fetched. See
//!   [`ClientOptions`](transport::ClientOptions).
//! - **No surprises from outside.** The environment is not read unless told to, redirects are not
//!   followed, nothing but HTTP/1.1 is spoken, and TLS is 1.2 at least.
//! - **No secrets** in `Debug`, errors or logs. What the AWS SDK logs, with `aws-config`, is its own: at level
//!   `trace` there is the session token of the instance metadata service among it.
//!
//! # Credentials
//!
//! A value, a closure, the [environment](ClientBuilder::credentials_from_environment), a
//! [profile](ClientBuilder::credentials_from_profile) with its `credential_process`, or with the feature
//! `aws-config` the default chain of the AWS SDK (`credentials_from_aws`) and any of its
//! providers (`credentials_from_provider`). Those that expire are fetched anew ahead of
//! that, by one call for all.
//!
//! # Beside `neptunedata-blocking`
//!
//! The blocking client has the same methods and errors, with these differences: the builder's
//! `connector`, `tls_connector`, `timer` and `executor` are here alone, and so are the errors that
//! come of them; a closure for credentials gives a future here, which
//! the call's deadline interrupts, and there it runs on the caller's thread. Of an answer both make the same, but
//! for three things: one that comes while the request is still being written is read at once here, and there when
//! the request is out, or when it has not gone on for 100 ms; a `content-length` beside which nothing else fits into
//! 64 bits is [`HeadTooLarge`](transport::TransportErrorKind::HeadTooLarge) here; and where a server puts an empty line that
//! ends in a line feed alone between two trailers, those behind it are passed by here, and there the answer is
//! refused as [`Protocol`](transport::TransportErrorKind::Protocol).
//!
//! # Queries that are given up
//!
//! A query goes on when nobody waits for its answer any more, up to the cluster's own time-out. With
//! [`cancel_on_abandon`](transport::ClientOptions::cancel_on_abandon), for the client or for one call, Gremlin and SPARQL
//! queries are named and cancelled: at the end of a call's time-out or of an attempt's, and when the future of a call, a
//! [`RowStream`] or a [`Run`] is dropped before the end of the answer. Nobody is held up by
//! that, not even the attempt that follows: the [executor](ClientBuilder::executor) does it, which is tokio's with the feature `tokio`. Without an
//! executor, or outside of its runtime, it is done when [`Client::flush_cancellations`] is called, **and else it does not happen**;
//! neither does it when the runtime ends first, so drain the client before.
//!
//! The request goes to the address that took the query ([U13](neptunedata::wire_notes#u13)). It does not wait for a place that calls hold:
//! for a moment there may be [more connections](transport::ClientOptions::MAX_EXTRA_CONNECTIONS) than
//! [`max_connections`](transport::ClientOptions::max_connections). Behind a proxy, with a connector of your own, or where
//! [`connect_to`](transport::ClientOptions::connect_to) leads to several instances, it may miss. Nothing becomes of its failure.
//! openCypher queries cannot be named over HTTP ([U06](neptunedata::wire_notes#u06)) and go on; give them a [time-out of their own](opencypher::ExecuteOpenCypherQuery::timeout_hint).
//!
//! # Runtimes
//!
//! With the feature `tokio`, calls are made within a tokio runtime that has I/O and time enabled;
//! elsewhere they fail with [`TransportErrorKind::Runtime`](transport::TransportErrorKind::Runtime), or for want of credentials, with
//! the reason as the error's text or source. (What tokio says itself about a runtime without I/O or
//! time is a panic, which is caught: it goes to the panic hook, and is fatal where panics abort.)
//! For any other runtime give the builder both a [`connector`](ClientBuilder::connector) and a
//! [`timer`](ClientBuilder::timer) and, to have idle connections closed in time, an
//! [`executor`](ClientBuilder::executor). Connections are driven by the calls that use them, so
//! nothing else is spawned.
//!
//! One client may be used from several runtimes, at the same time or one after the other, so it can
//! be kept in a static: a connection is used again only in the tokio runtime that it was made in. A
//! [`Run`] stays in the one that it began in.
//!
//! # Features
//!
//! - `tokio` (default): TCP, name look-up, timer and executor of tokio.
//! - `tls` (default): `https` endpoints, by rustls with ring; the Mozilla roots or your own.
//! - `native-roots`: the operating system's roots, [`RootCertificates::Native`](transport::RootCertificates::Native).
//! - `proxy`: connections through an HTTP proxy, by `CONNECT`; loopback is never proxied.
//! - `aws-config`: credentials from the AWS chain or any provider of the AWS SDK, on tokio.
//! - `gzip`: inflates answers that come compressed, as change streams do when asked to.
//! - `tracing`: a span for each call and events for its attempts, with operation, status and kind of
//!   failure; never headers, queries, bodies or credentials.

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
        clippy::todo,
        clippy::unimplemented,
        clippy::print_stdout,
        clippy::print_stderr,
        clippy::exit
    )
)]

#[cfg(feature = "aws-config")]
mod aws;
mod builder;
mod call_builder;
mod cancellation;
mod change_stream;
mod client;
mod clock;
mod connect;
mod connection;
mod credential_files;
mod credentials_source;
mod early_close;
mod errors;
mod io;
mod item_stream;
mod pool;
mod record_stream;
mod row_stream;
mod run;
mod runtime_id;
#[cfg(feature = "tokio")]
mod tokio_runtime;
mod trace;
mod wait_builder;

use std::{future::Future, pin::Pin};

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
pub use call_builder::CallBuilder;
pub use change_stream::ChangeStream;
pub use client::Client;
pub use record_stream::RecordStream;
pub use row_stream::RowStream;
pub use run::Run;
pub use wait_builder::WaitBuilder;

/// What [`ClientBuilder::executor`] is given to run.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
