#![doc = include_str!("../README.md")]
//!
//! # In async code
//!
//! A call blocks its thread until the response has arrived. Inside an async runtime it also blocks the other tasks of this
//! thread: use `spawn_blocking` of the runtime, or the async client `neptunedata-hyper`. Nothing panics there, also with
//! credentials from the AWS SDK, which have a thread and a runtime of their own.
//!
//! # Honest errors
//!
//! [`Error::may_have_executed`] is false only if no attempt can have been executed: the server cannot have received the
//! whole request, or its response says that it rejected the request. A write whose response was lost is not sent again, and
//! its error says that it may have been executed. Which failures are retried is in the [retry table](retry::retry_table).
//! Before a request is sent over an idle connection of the client's own, the client checks on the socket that the server
//! has not closed it. Connections of an [agent](ClientBuilder::agent) of yours are not checked.
//!
//! # Credentials
//!
//! Credentials come from a value, a closure, the [environment](ClientBuilder::credentials_from_environment) or a
//! [profile](ClientBuilder::credentials_from_profile) with its `credential_process`; with the feature `aws-config`, also from
//! the default chain of the AWS SDK (`credentials_from_aws`) or any of its providers (`credentials_from_provider`).
//! Credentials that expire are refreshed by the first request in the last five minutes, once for all calls.
//!
//! The AWS SDK runs on a thread and a tokio runtime of its own, which are started at first use. The time limits of the
//! calls that wait for it apply.
//!
//! # Time limits
//!
//! Opening a connection takes at most [`connect_timeout`](transport::ClientOptions::connect_timeout): name look-up, TCP, proxy
//! and TLS together. A call has no limit unless [`timeout`](transport::ClientOptions::timeout) or
//! [`attempt_timeout`](transport::ClientOptions::attempt_timeout) is set, for the client or for one call. `timeout` covers
//! the whole call with its pauses, `attempt_timeout` one attempt with its wait for a connection. A closure for
//! [credentials](ClientBuilder::credentials_from) is not interrupted, and cancellations may follow a time-out.
//!
//! # Connections
//!
//! There are at most [`max_connections`](transport::ClientOptions::max_connections), including idle ones, and a few
//! [extra connections](transport::ClientOptions::MAX_EXTRA_CONNECTIONS) that cancel queries. A call holds its connection until
//! the end of the response. No thread closes idle connections that are too old: a later call does. A retry
//! after a broken connection, or after a failover, uses a new connection after a new name look-up, and the older
//! connections are not used again.
//!
//! TLS is version 1.2 or 1.3, by rustls with ring. The certificate must be valid for the endpoint's name, also through a
//! tunnel ([`connect_to`](transport::ClientOptions::connect_to)) or a proxy.
//!
//! The protocol is HTTP/1.1, by ureq. A response without length and chunks ends with the connection: JSON must then be
//! complete, and over TLS the response fails as [`Closed`](transport::TransportErrorKind::Closed) unless the server sent
//! `close_notify`.
//!
//! A request is written completely before the response is read. If the request makes no progress for 100 ms, the client
//! checks whether the server has responded early; in that case it does not write the rest.
//!
//! A client can also send its requests with an [agent](ClientBuilder::agent) of yours.
//!
//! # Limits of ureq
//!
//! These responses fail as [`HeadTooLarge`](transport::TransportErrorKind::HeadTooLarge) or
//! [`Protocol`](transport::TransportErrorKind::Protocol), although the async client reads them, because ureq does not:
//!
//! - heads of more than 128 fields ([trailers](transport::ClientOptions::MAX_HEAD_FIELDS) may have more);
//! - chunked bodies in which the line with the size of a chunk is longer than 20 bytes, with its extensions;
//! - an informational response `100 Continue` with fields.
//!
//! A request with a longer header than 72 KiB, or with a body and another method than POST, PUT and PATCH, is not sent and
//! fails as [`Other`](transport::TransportErrorKind::Other).
//!
//! # Cancelling abandoned queries
//!
//! With [`cancel_on_abandon`](CallOptions::cancel_on_abandon), set for the client or for one call, Gremlin and SPARQL
//! queries are cancelled on the server when the call times out, or when a [`RowIter`] or a [`Run`] is dropped before the end
//! of the response. Attempts that timed out are cancelled when their call has ended, successful or not.
//!
//! The cancellations run on the thread of the call. They delay it by at most 5 s in all, and not beyond the time limit of a
//! call that succeeded. They are not sent during a panic.
//!
//! # Logs
//!
//! ureq logs through the `log` crate. At level `debug` it logs URLs: they contain no queries, but the graph names of the
//! Graph Store Protocol. At level `trace` it logs the heads of requests, and whole responses. Signatures, session tokens and
//! headers that are [sensitive](http::HeaderValue::set_sensitive) are added to the request below ureq and not logged. With `aws-config`, the AWS SDK writes logs of its own: at level `trace` they contain the session token of
//! the instance metadata service.
//!
//! # Differences from `neptunedata-hyper`
//!
//! The async client has the same methods and errors. Its builder has `service`, `connector`, `tls_connector`, `timer` and
//! `executor` in place of [`agent`](ClientBuilder::agent). Its documentation lists all differences.

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

mod cancellation;
mod change_iter;
mod chunks;
mod client;
mod connect;
mod connection;
mod credentials_provider;
mod deadlines;
mod item_iter;
mod observation;
mod pool;
mod row_iter;
mod run;
mod tcp;
mod tls;
mod ureq_transport;

neptunedata::reexport_core!();
#[doc(no_inline)]
pub use ureq;

pub use change_iter::{ChangeIter, RecordIter};
pub use client::{CallBuilder, Client, ClientBuilder, WaitBuilder};
pub use item_iter::ItemIter;
pub use row_iter::RowIter;
pub use run::Run;
