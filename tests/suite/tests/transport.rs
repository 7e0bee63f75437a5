//! Both clients over real sockets: calls, connections, time limits, and what can go wrong on the wire.

#![allow(missing_docs)]

#[path = "transport/authority.rs"]
mod authority;
#[path = "transport/calls.rs"]
mod calls;
#[path = "transport/connections.rs"]
mod connections;
#[path = "transport/deadlines.rs"]
mod deadlines;
#[path = "transport/early.rs"]
mod early;
#[path = "transport/faults.rs"]
mod faults;
#[path = "transport/forwarding.rs"]
mod forwarding;
#[path = "transport/framing.rs"]
mod framing;
#[path = "transport/proxy.rs"]
mod proxy;
#[path = "transport/proxy_server.rs"]
mod proxy_server;
#[path = "transport/rfc.rs"]
mod rfc;
#[path = "transport/streams.rs"]
mod streams;
#[path = "transport/support.rs"]
mod support;
#[path = "transport/tls.rs"]
mod tls;
#[path = "transport/trailers.rs"]
mod trailers;
#[path = "transport/wrong_protocol.rs"]
mod wrong_protocol;
