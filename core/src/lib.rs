//! The Amazon Neptune data API without I/O: request structs are encoded as `http::Request`, and an
//! `http::Response` is decoded into a typed output or a typed error. You supply sockets, clocks and threads.
//!
//! There are three ways to use this crate.
//!
//! # A client
//!
//! For applications: use a transport crate, `neptunedata-hyper` (async) or `neptunedata-blocking`. Its
//! `Client` is built on this crate. With any other HTTP library, use one of the other two ways.
//!
//! # The state machine
//!
//! For embedders with a runtime of their own: a [`Call`] is a state machine that signs, retries what may be retried and
//! decodes the response. It requests each I/O step, and your loop performs it. [`Machine`](machine::Machine) documents
//! the protocol. The complete loop, with a transport that responds at once:
//!
//! ```
//! # #[cfg(feature = "sigv4")] {
//! use std::time::{Duration, SystemTime};
//! use neptunedata::{
//!     Auth, Credentials, Endpoint, Session, credentials::CredentialsError,
//!     machine::{Input, Io, Machine, Now, Step}, ml::CancelMlModelTrainingJob, transport::Sent,
//! };
//!
//! let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! let session = Session::builder(endpoint, Auth::credentials(credentials))
//!     .seed(42) // Use a random number in production: ids and the retry jitter are derived from it.
//!     .build()?;
//!
//! let mut call = session.call(&CancelMlModelTrainingJob::new("job-1").clean(true));
//! let mut input = Input::Next;
//! let response = loop {
//!     // In production: SystemTime::now(), and Instant::elapsed() for `mono`.
//!     let now = Now::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160));
//!     input = match call.resume(input, now) {
//!         Step::Io(Io::Send(transmit)) => {
//!             assert!(transmit.request.headers().contains_key("authorization"));
//!             // … send it. Return the complete response, or Head, then each Chunk, then End.
//!             let response = http::Response::new(r#"{"status":"200 OK"}"#.into());
//!             Input::Response(response, http::HeaderMap::new())
//!         }
//!         Step::Io(Io::Credentials { .. }) => Input::CredentialsFailed(CredentialsError::without_provider()),
//!         Step::Io(_) => Input::Wake(Sent::Maybe), // … sleep until `call.wake_at()`.
//!         Step::Item(nothing) => match nothing {},
//!         Step::Misuse(misuse) => return Err(misuse.into()),
//!         Step::Done(result) => break result?,
//!     };
//! };
//! assert_eq!(response.output.status.as_deref(), Some("200 OK"));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Bare functions
//!
//! For the protocol alone: [`request`] encodes, `sign` signs, [`response`] decodes.
//! [`dynamic`] does the same for an operation given by name, with JSON input and output.
//!
//! ```
//! # #[cfg(feature = "sigv4")] {
//! use std::time::{Duration, SystemTime};
//! use neptunedata::{Credentials, Endpoint, ml::CancelMlModelTrainingJob};
//!
//! let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
//! let mut request = neptunedata::request(&CancelMlModelTrainingJob::new("job-1"), &endpoint)?;
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
//! neptunedata::sign(&mut request, &credentials, "eu-west-1", now)?;
//! assert_eq!(request.headers()["x-amz-date"], "20150830T123600Z");
//!
//! // … send it, then decode the response:
//! let response = http::Response::new(r#"{"status":"200 OK"}"#.into());
//! let output = neptunedata::response::<CancelMlModelTrainingJob>(&response)?;
//! assert_eq!(output.status.as_deref(), Some("200 OK"));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # More machines
//!
//! Streams and polling are state machines too. They yield items: after each `Step::Item`, resume with
//! `Input::Next`. There are five such machines: [`BodyChunks`](machine::BodyChunks) yields the body of a response
//! as it arrives, and [`Rows`](rows::Rows) its rows; [`Wait`](wait::Wait) polls until a bulk load or another long
//! job has ended; [`Changes`](changes::Changes) and [`Transactions`](changes::Transactions) follow a change stream.
//! The first two take the response in parts (`Head`, `Chunk`, `End`) and do not accept `Input::Response`.
//!
//! # Guarantees
//!
//! - No I/O, clock, randomness, environment access, threads or global state: the time is an argument,
//!   and randomness comes from a seed.
//! - No input causes a panic. Any bytes from a server give a value or a typed error.
//! - The same inputs give the same bytes.
//! - Nothing is discarded: [`CallOutput`] and [`Error`] keep status, headers, request id and body, up to
//!   documented limits. Unknown enum values and exception names are kept too.
//! - An invalid request is rejected before anything is sent. The error lists all invalid members. In the
//!   [dynamic API](dynamic), it lists all unknown members (at most 100); if there are none, it may name only the
//!   first missing member or wrong value.
//! - A request that may have been executed is not sent again, unless a second execution makes no
//!   difference or the caller allows it: see the [retry table](retry::retry_table).
//!
//! # Features
//!
//! - `sigv4` (default): signature version 4, also for Bolt and WebSockets. Without it requests are not
//!   signed, and the crate has few dependencies.
//! - `transport`: what the transport crates share, in the module [`transport`]. Not needed to drive a machine.
//! - `tracing`: events of the transport crates' calls: `transport::Trace`.
//! - `aws-credential-types`: converts credentials and errors of the AWS SDK's providers, with `From`.
//! - `gzip`: decompresses responses. [`Changes`](changes::Changes) and [`Transactions`](changes::Transactions) then
//!   request compressed pages; for a single page, set [`encoding`](field@streams::GetPropertygraphStream::encoding).
//! - `proptest`, `arbitrary`: generated requests, responses and networks for property tests and fuzz
//!   targets, in the module [`testing`].
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

// First, because the other modules use their macros.
#[macro_use]
#[cfg_attr(not(any(feature = "proptest", feature = "arbitrary")), doc(hidden))]
pub mod testing;
#[macro_use]
pub mod catalog;
#[macro_use]
mod open_enum;
#[macro_use]
mod operation_macros;
#[macro_use]
mod query_exceptions;
#[macro_use]
mod structure;

pub mod changes;
pub mod credentials;
pub mod dynamic;
pub mod endpoint;
pub mod engine;
pub mod error;
pub mod gremlin;
pub mod index_rebuild;
pub mod loader;
pub mod machine;
pub mod ml;
pub mod opencypher;
pub mod operation;
mod poll;
pub mod retry;
pub mod rows;
pub mod session;
pub mod signing;
pub mod sparql;
pub mod statistics;
pub mod storage;
pub mod streams;
pub mod summary;
mod timestamp;
pub mod transport;
pub mod types;
pub mod wait;
mod wire;

#[doc = include_str!("../docs/wire.md")]
pub mod wire_notes {}

// Its examples need a transport crate, so the tests of the workspace run them.
#[cfg_attr(not(doctest), doc = include_str!("../docs/coming-from-boto3.md"))]
pub mod coming_from_boto3 {}

pub use bytes;
pub use http;
pub use serde_json;

#[doc(inline)]
pub use credentials::Credentials;
#[doc(inline)]
pub use endpoint::Endpoint;
#[doc(inline)]
pub use error::{Error, ErrorKind, ExceptionKind, ServiceError, TransportError};
#[doc(inline)]
pub use machine::{Call, CallOptions, CallOutput};
#[doc(inline)]
pub use operation::{Effect, Operation, OperationInfo};
#[doc(inline)]
pub use session::{Auth, Session};
#[cfg(feature = "sigv4")]
#[doc(inline)]
pub use signing::sign;
pub use wire::{request::request, response::response};

/// The README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
