#![doc = include_str!("../README.md")]
//!
//! # Guarantees
//!
//! - **Known execution.** [`Error::may_have_executed`] is false only if no attempt can have been executed:
//!   the server cannot have received the whole request, or its response says that it rejected the request.
//!   The [retry table](retry::retry_table) lists the failures that are retried.
//! - **No stale connections.** Before a request is sent over an idle TCP connection of the client's own, the client checks
//!   on the socket that the server has not closed it. With a [`connector`](ClientBuilder::connector) it reads from the
//!   stream; a [`service`](ClientBuilder::service) has connections of its own.
//! - **Cancel safety.** Every future can be dropped at any point. Dropping the future of a call closes its
//!   connection; the server may continue to execute the request. A dropped future of [`Run::next_item`] or
//!   [`ItemStream::next`] loses nothing: the next call of the method continues the work.
//! - **Complete responses.** The length, the chunks or the JSON of a response show whether it is complete. A
//!   response with neither `content-length` nor chunks ends with the connection; over TLS, it fails as
//!   [`Closed`](transport::TransportErrorKind::Closed) unless the server sent `close_notify`.
//! - **Limits** for connections, heads, bodies and times: see [`ClientOptions`](transport::ClientOptions). Of a streamed
//!   response, at most 128 KiB and the [TCP receive buffer](transport::ClientOptions::tcp_receive_buffer) are read ahead.
//! - **Explicit configuration.** The environment is read only on request. Redirects are not followed. The protocol is
//!   HTTP/1.1, over TLS 1.2 or 1.3. A [`service`](ClientBuilder::service) makes these decisions itself.
//! - **No secrets** in `Debug`, errors or logs. With `aws-config`, the AWS SDK writes logs of its own: at level
//!   `trace` they contain the session token of the instance metadata service.
//!
//! # Credentials
//!
//! The methods of the builder whose names begin with `credentials` take the credentials from a value, a
//! closure, the environment, a profile or, with the feature `aws-config`, a provider of the AWS SDK.
//! [`credentials::cache`] says when credentials are refreshed. Calls with a provider of the AWS SDK must run
//! in a tokio runtime, even with a custom connector.
//!
//! # Differences from `neptunedata-blocking`
//!
//! The two clients have the same methods and errors, except:
//!
//! |  | this client | `neptunedata-blocking` |
//! |---|---|---|
//! | methods of the builder | `connector`, `tls_connector`, `service`, `timer`, `executor` | `agent` |
//! | rows and changes | streams | iterators |
//! | [`bytes`](Client::bytes) | a stream | a reader |
//! | TLS | the feature `tls` | always available |
//! | closure for credentials | returns a future; a call stops waiting for it at the time limit of the call | runs on the caller's thread; nothing interrupts it |
//! | providers of the AWS SDK | run in the caller's tokio runtime | run on a thread and a runtime of their own |
//! | early refresh of credentials | waits up to 3 s, then uses the old credentials | a call waits for a closure; other providers run in the background |
//! | a name with several addresses | after 250 ms, the next address is tried in addition | tries one address after the other |
//! | idle connections that may not be reused | are closed in the background | are closed by a later call |
//! | cancelling abandoned queries | in the background; [`Client::flush_cancellations`] waits for it | on the thread of the call, at its end |
//! | time between chunks, rows or changes | counts towards the time limits only if the [`Stream`](futures_core::Stream) itself is polled | counts towards the time limits only with an agent of the caller |
//! | response that arrives before the whole request is written | is read at once | is read after the request, or after 100 ms without progress |
//! | `content-length` close to 2^64 | [`HeadTooLarge`](transport::TransportErrorKind::HeadTooLarge) | is read |
//! | trailers after an empty line that ends with a bare line feed | are ignored | [`Protocol`](transport::TransportErrorKind::Protocol) |
//! | fields in a response head | up to 100, and [up to 1024](transport::ClientOptions::MAX_HEAD_FIELDS) after a response with more | up to 128 |
//! | other limits of ureq | do not apply | apply: the documentation of `neptunedata-blocking` lists them |
//! | logs through the `log` crate | no | ureq's |
//!
//! # Cancelling abandoned queries
//!
//! With [`cancel_on_abandon`](CallOptions::cancel_on_abandon), set for the client or for one call, Gremlin and SPARQL
//! queries are cancelled on the server
//!
//! - when a call or an attempt times out,
//! - when the future of a call, a [`BodyStream`], a [`RowStream`] or a [`Run`] is dropped before the end of the
//!   response.
//!
//! The cancellation runs in the background, on the [executor](ClientBuilder::executor); with the feature
//! `tokio`, tokio is the default executor. **Without an executor, only [`Client::flush_cancellations`] sends
//! cancellations.** With tokio as the executor, a query that is abandoned outside a tokio runtime waits until
//! this method is called, or until another query is abandoned in a runtime. Of the queries that wait to be
//! cancelled, only the newest 1,024 are kept. Also call `flush_cancellations` before a runtime shuts down.
//!
//! With a custom connector the client does not know the address of the server, so the cancellation may reach
//! another instance. A cancellation does not wait until a call releases its connection: the client may open a
//! few [extra connections](transport::ClientOptions::MAX_EXTRA_CONNECTIONS).
//!
//! # Runtimes
//!
//! With the feature `tokio`, calls must run in a tokio runtime with I/O and time enabled, unless you set a
//! timer, and a connector or a service. Otherwise they fail with
//! [`TransportErrorKind::Runtime`](transport::TransportErrorKind::Runtime), or, if they were fetching
//! credentials, with a credentials error; the text or the source of the error names the reason. (tokio panics
//! if its runtime has I/O or time disabled. The client catches this panic, but the panic hook runs, and with
//! `panic = "abort"` the process aborts.)
//!
//! For any other runtime, give the builder a [`connector`](ClientBuilder::connector) or a
//! [`service`](ClientBuilder::service), and a [`timer`](ClientBuilder::timer). An [`executor`](ClientBuilder::executor)
//! is optional: it closes idle connections that may not be reused, and cancels abandoned queries. Each connection is
//! driven by the call that uses it, so no other task is spawned.
//!
//! One client can be used from several runtimes, also at the same time, so it can be stored in a static. A connection is
//! reused only in the tokio runtime that opened it. A [`Run`] stays in the runtime in which it began.

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

mod body_stream;
mod cancellation;
mod change_stream;
mod client;
mod clock;
mod connect;
mod connection;
mod credentials_provider;
mod driver;
mod errors;
mod io;
mod item_stream;
mod pool;
mod round_trip;
mod row_stream;
mod run;
mod runtime_id;
mod service;
#[cfg(feature = "tokio")]
mod tokio_runtime;

use std::{future::Future, pin::Pin};

neptunedata::reexport_core!();

pub use body_stream::BodyStream;
pub use change_stream::{ChangeStream, RecordStream};
pub use client::{CallBuilder, Client, ClientBuilder, WaitBuilder};
pub use item_stream::ItemStream;
pub use row_stream::RowStream;
pub use run::Run;
pub use service::RequestBody;

/// A background task, as it is passed to [`ClientBuilder::executor`].
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;
