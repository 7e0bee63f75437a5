//! The Amazon Neptune data API without I/O: request structs become `http::Request`, and
//! `http::Response` becomes typed answers or typed errors. Sockets, clocks and threads stay with you.
//!
//! There are three ways to use this crate.
//!
//! # A client
//!
//! For applications: a transport crate with a `Client` on top of this one. Until you pick one, any
//! HTTP library does, in one of the other two ways.
//!
//! # The machine by hand
//!
//! For embedders with a runtime of their own: a [`Call`] is a state machine that signs, retries what
//! may be retried and reads the answer. It asks for each thing it needs, and your loop answers.
//! The [step protocol](machine::Machine) is a page; here is all of it with a transport that answers at once:
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
//!     .seed(42) // Use a random number in production; it seeds the retry jitter.
//!     .build()?;
//!
//! let mut call = session.call(&CancelMlModelTrainingJob::new("job-1").clean(true));
//! let mut input = Input::Next;
//! let answered = loop {
//!     // In production: SystemTime::now(), and Instant::elapsed() for `mono`.
//!     let now = Now::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160));
//!     input = match call.resume(input, now) {
//!         Step::Io(Io::Send(transmit)) => {
//!             assert!(transmit.request.headers().contains_key("authorization"));
//!             // … send it; give the response whole, or as Head, Chunks and End.
//!             let answer = http::Response::new(r#"{"status":"200 OK"}"#.into());
//!             Input::Response(answer, http::HeaderMap::new())
//!         }
//!         Step::Io(Io::Credentials { .. }) => Input::CredentialsFailed(CredentialsError::new("no others")),
//!         Step::Io(_) => Input::Wake(Sent::Maybe), // … sleep until `call.wake_at()`.
//!         Step::Item(nothing) => match nothing {},
//!         Step::Misuse(misuse) => return Err(misuse.into()),
//!         Step::Done(result) => break result?,
//!     };
//! };
//! assert_eq!(answered.output.status.as_deref(), Some("200 OK"));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Bare functions
//!
//! For people who only want the protocol: [`request`] encodes, `sign` signs, [`response`] decodes.
//! [`dynamic`] does the same by the name of the operation, with JSON on both sides.
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
//! // … send it, and read what comes back:
//! let answer = http::Response::new(r#"{"status":"200 OK"}"#.into());
//! let output = neptunedata::response::<CancelMlModelTrainingJob>(&answer)?;
//! assert_eq!(output.status.as_deref(), Some("200 OK"));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # More machines
//!
//! What takes more than one answer is a machine like a call, with items on the way, and the same loop
//! runs it: [`Rows`](rows::Rows) hands out the rows of an answer as they arrive, [`Wait`](wait::Wait) asks until a bulk load or
//! other long work has ended, [`Changes`](changes::Changes) and [`Transactions`](changes::Transactions) follow a change stream.
//!
//! # What it promises
//!
//! - No I/O, clock, randomness, environment, threads or global state: time is an argument,
//!   randomness a seed.
//! - No input panics. Any bytes from a server end in a value or a typed error.
//! - The same inputs give the same bytes.
//! - Nothing is lost: body, status, headers and request id are kept with every success and error,
//!   and unknown members, enum values and exception names are kept too.
//! - A request that cannot be right is refused before anything is sent, with every fault named.
//! - Nothing that may have been executed is sent again, unless that makes no difference or the
//!   caller says so: the [retry table](retry::retry_table).
//!
//! # Features
//!
//! - `sigv4` (default): signature version 4, also for Bolt and WebSockets. Without it the crate works
//!   unsigned and depends on a handful of crates.
//! - `gzip`: inflates answers that come compressed, as change streams do when
//!   [asked to](field@streams::GetPropertygraphStream::encoding).
//! - `proptest`, `arbitrary`: made-up requests, answers and transports for property tests and fuzz
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

// First, for their macros.
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

// Its examples need a transport: the workspace's own tests run them.
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
