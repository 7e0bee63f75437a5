#![doc = include_str!("../README.md")]
//!
//! # In async code
//!
//! A call blocks its thread until the response has arrived. Inside an async runtime it also blocks the other tasks of
//! this thread: use `spawn_blocking` of the runtime, or the async client `neptunedata-hyper`. A call inside an async
//! runtime does not panic, not even with credentials from the AWS SDK, which runs on its own thread and runtime.
//!
//! # Errors and retries
//!
//! [`Error::may_have_executed`] is false only if no attempt can have been executed: the server cannot have received the
//! whole request, or its response says that it rejected the request. A write whose response was lost is not sent again,
//! and its error says that it may have been executed. The [retry table](retry::retry_table) lists the failures that are
//! retried. Before a request is sent over an idle connection of the client's own, the client checks on the socket that
//! the server has not closed it. Connections of an [agent](ClientBuilder::agent) of yours are not checked.
//!
//! # Credentials
//!
//! Credentials come from a value, a closure, the [environment](ClientBuilder::credentials_from_environment)
//! or a [profile](ClientBuilder::credentials_from_profile) with its `credential_process`; with the feature
//! `aws-config`, also from the default chain of the AWS SDK (`credentials_from_aws`) or any of its providers
//! (`credentials_from_provider`). When credentials expire in less than five minutes, one call refreshes them
//! for all calls: see [`credentials::cache`].
//!
//! The AWS SDK runs on a tokio runtime of its own, which is created at first use, and on a thread that is started for
//! each fetch of credentials. A call stops waiting for the SDK when the time limit of the call has passed.
//!
//! # Time limits
//!
//! Opening a connection takes at most [`connect_timeout`](transport::ClientOptions::connect_timeout): name look-up,
//! TCP, proxy and TLS together. Waiting for a free connection takes at most
//! [`acquire_timeout`](transport::ClientOptions::acquire_timeout). Otherwise a call has no time limit unless
//! [`timeout`](transport::ClientOptions::timeout) or [`attempt_timeout`](transport::ClientOptions::attempt_timeout) is
//! set, for the client or for one call; only an attempt of a poll, by a waiter or a change stream, is limited to 60 s
//! by default. `timeout` covers the whole call with its pauses, `attempt_timeout` one attempt with its wait for a
//! connection. A call can take longer than its `timeout` in two cases: a closure for
//! [credentials](ClientBuilder::credentials_from) is not interrupted, and after a time-out the call may [cancel its
//! queries](#cancelling-abandoned-queries), for at most 5 s.
//!
//! # Connections
//!
//! A client has at most [`max_connections`](transport::ClientOptions::max_connections) connections, including
//! idle ones, and a few [extra connections](transport::ClientOptions::MAX_EXTRA_CONNECTIONS) for requests
//! that cancel queries. A call holds its connection until the end of the response. Idle connections that are
//! too old are closed by the next call, not in the background. A retry after a broken connection, or after a
//! failover, uses a new connection after a new name look-up, and the older connections are not used again.
//!
//! TLS is version 1.2 or 1.3, by rustls with ring. The certificate must be valid for the endpoint's name, also through a
//! tunnel ([`connect_to`](transport::ClientOptions::connect_to)) or a proxy, unless another name is set
//! ([`tls_server_name`](transport::ClientOptions::tls_server_name)).
//!
//! The protocol is HTTP/1.1, by ureq. A response with neither `content-length` nor chunks ends with the
//! connection. Such a response is an error if its JSON is incomplete; over TLS, it fails as
//! [`Closed`](transport::TransportErrorKind::Closed) unless the server sent `close_notify`.
//!
//! A request is written completely before the response is read. If the request makes no progress for 100 ms, the client
//! checks whether the server has responded early; in that case it does not write the rest.
//!
//! A client can also send its requests with an [agent](ClientBuilder::agent) of yours.
//!
//! # Limits of ureq
//!
//! ureq cannot read the following responses, which the async client reads. They fail as
//! [`HeadTooLarge`](transport::TransportErrorKind::HeadTooLarge) or
//! [`Protocol`](transport::TransportErrorKind::Protocol):
//!
//! - a head of more than 128 fields ([trailers](transport::ClientOptions::MAX_HEAD_FIELDS) may have more);
//! - a chunked body in which a chunk-size line, with its extensions, is longer than 20 bytes;
//! - a chunked body whose head also has a `content-length` that is not a number;
//! - a proxy's response to `CONNECT` with a status from 201 to 299, or after an informational response: it
//!   fails as [`Connect`](transport::TransportErrorKind::Connect).
//!
//! Neither client reads responses of HTTP/1.2 and later, or with a `transfer-encoding` other than `chunked`.
//!
//! If a program enables ureq's feature `gzip`, ureq decompresses the responses of this crate's clients, too.
//!
//! A request is not sent, and fails as [`Other`](transport::TransportErrorKind::Other), if a line of its head
//! is longer than 72 KiB, or if it has a body and its method is not POST, PUT or PATCH.
//!
//! # Cancelling abandoned queries
//!
//! With [`cancel_on_abandon`](CallOptions::cancel_on_abandon), set for the client or for one call, Gremlin and SPARQL
//! queries are cancelled on the server when the call times out. They are also cancelled when a [`BodyReader`], a
//! [`RowIter`] or a [`Run`] is dropped before the end of the response. Attempts that timed out are cancelled when their
//! call has ended, successful or not.
//!
//! The cancellations run on the thread of the call. Together they delay the return of the call by at most 5 s; if the
//! call succeeded, they do not delay it beyond its time limit. They are not sent while the thread panics.
//!
//! # Logs
//!
//! ureq logs through the `log` crate. At level `debug` it logs URLs. They do not contain queries, but they contain the
//! graph names of the Graph Store Protocol. At level `trace` it logs the heads of requests, and complete responses.
//! Signatures, session tokens and headers marked as [sensitive](http::HeaderValue::set_sensitive) are not logged,
//! because the client adds them after ureq has logged the request. With `aws-config`, the AWS SDK writes logs of its
//! own: at level `trace` they contain the session token of the instance metadata service.
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

mod body_reader;
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

pub use body_reader::BodyReader;
pub use change_iter::{ChangeIter, RecordIter};
pub use client::{CallBuilder, Client, ClientBuilder, WaitBuilder};
pub use item_iter::ItemIter;
pub use row_iter::RowIter;
pub use run::Run;
