#![doc = include_str!("../README.md")]
//!
//! # Guarantees
//!
//! - **Honest errors.** [`Error::may_have_executed`] is false only if no attempt can have been executed: the server
//!   cannot have received the whole request, or its response says that it rejected the request. Which failures are
//!   retried is in the [retry table](retry::retry_table).
//! - **No stale connections.** Before a request is sent over an idle TCP connection of the client's own, the client checks
//!   on the socket that the server has not closed it. With a [`connector`](ClientBuilder::connector) it reads from the
//!   stream; a [`service`](ClientBuilder::service) has connections of its own.
//! - **Cancel safety.** Every future can be dropped at any point. Dropping the future of a call closes its connection
//!   and releases its place in the pool; the server may continue to execute the request. Dropping a future of
//!   [`Run::next_item`] or of the streams' `next` loses nothing: the next call continues the work.
//! - **Complete responses.** A response is complete by its length, its chunks or its JSON. A response without
//!   length and chunks ends with the connection; over TLS it then fails as
//!   [`Closed`](transport::TransportErrorKind::Closed) unless the server sent `close_notify`.
//! - **Limits** for connections, heads, bodies and times: see [`ClientOptions`](transport::ClientOptions). Of a streamed
//!   response, at most 128 KiB and the [TCP receive buffer](transport::ClientOptions::tcp_receive_buffer) are read ahead.
//! - **Explicit configuration.** The environment is read only on request. Redirects are not followed. The
//!   protocol is HTTP/1.1, over TLS 1.2 or 1.3.
//!   With a [`service`](ClientBuilder::service), connections, heads and TLS are up to the service.
//! - **No secrets** in `Debug`, errors or logs. With `aws-config`, the AWS SDK writes logs of its own: at level
//!   `trace` they contain the session token of the instance metadata service.
//!
//! # Credentials
//!
//! The builder's methods that begin with `credentials` take a value, a closure, the environment, a profile, or with the
//! feature `aws-config` a provider of the AWS SDK. [`credentials::cache`] says when credentials are refreshed. With
//! `aws-config`, calls must run in a tokio runtime, even with a custom connector.
//!
//! # Differences from `neptunedata-blocking`
//!
//! The blocking client has the same methods and errors, except:
//!
//! - **Interface.** The builder's `connector`, `tls_connector`, `service`, `timer` and `executor`, their errors and
//!   [`Client::flush_cancellations`] exist only here, the builder's `agent` only there. Rows and changes are streams here,
//!   iterators there. TLS is a feature here, and always available there.
//! - **Credentials.** A closure for credentials returns a future here, and a time limit interrupts it. There it runs on
//!   the caller's thread, and nothing interrupts it. Providers of the AWS SDK run in the caller's tokio runtime here, on
//!   a thread and a runtime of their own there. A call that refreshes credentials before they expire waits up to 3 s for
//!   them here; there it waits for a closure until it returns, and for other providers not at all.
//! - **Connections.** A name with several addresses is tried with the next address after 250 ms in addition here, one
//!   address after the other there. Idle connections that are too old are closed in the background here, by a later call
//!   there.
//! - **Cancellations** of abandoned queries run in the background here, also while the call goes on; there on the thread
//!   of the call, at its end.
//! - **Time limits.** Time between rows or changes counts here if the [`Stream`](futures_core::Stream) itself is polled,
//!   there if the client has an agent of the caller.
//! - **Early responses.** A response that arrives while the request is still being written is read at once here. There
//!   it is read after the request, or after the request has made no progress for 100 ms.
//! - **HTTP.** A `content-length` close to 2^64 is [`HeadTooLarge`](transport::TransportErrorKind::HeadTooLarge) here.
//!   Trailers after an empty line that ends with a bare line feed are ignored here; there the response is rejected as
//!   [`Protocol`](transport::TransportErrorKind::Protocol). The blocking client has the limits of ureq, for example
//!   heads of at most 128 fields; its documentation lists them.
//! - **Logs.** ureq logs through the `log` crate there.
//!
//! # Cancelling abandoned queries
//!
//! With [`cancel_on_abandon`](CallOptions::cancel_on_abandon), set for the client or for one call, Gremlin and SPARQL
//! queries are cancelled on the server
//!
//! - when a call or an attempt times out,
//! - when the future of a call, a [`RowStream`] or a [`Run`] is dropped before the end of the response.
//!
//! The cancellation runs in the background, on the [executor](ClientBuilder::executor): tokio's with the feature `tokio`.
//! **Without an executor, or outside its runtime, the cancellation is sent only by
//! [`Client::flush_cancellations`]**. Call it also before a runtime shuts down.
//!
//! The address of the server is unknown with a custom connector. A cancellation does not wait for the calls'
//! connections: a few [extra connections](transport::ClientOptions::MAX_EXTRA_CONNECTIONS) may be opened.
//!
//! # Runtimes
//!
//! With the feature `tokio`, calls must run in a tokio runtime with I/O and time enabled. Otherwise they fail with
//! [`TransportErrorKind::Runtime`](transport::TransportErrorKind::Runtime), or while they fetch credentials with an error of
//! that; the text or source has the reason. (tokio reports a runtime without I/O or time with a panic. The client catches it:
//! the panic hook sees it, and it aborts where panics abort.)
//!
//! For any other runtime, give the builder a [`connector`](ClientBuilder::connector) or a
//! [`service`](ClientBuilder::service), and a [`timer`](ClientBuilder::timer). An [`executor`](ClientBuilder::executor) is optional; it closes idle connections in
//! time. Connections are driven by the calls that use them, so nothing else is spawned.
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

pub use change_stream::{ChangeStream, RecordStream};
pub use client::{CallBuilder, Client, ClientBuilder, WaitBuilder};
pub use item_stream::ItemStream;
pub use row_stream::RowStream;
pub use run::Run;
pub use service::RequestBody;

/// What [`ClientBuilder::executor`] is given to run.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;
