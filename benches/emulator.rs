//! The emulator's server over loopback, compared with hyper's own server and a constant body.

use bytes::Bytes;
use http::Request;

use crate::{
    Size,
    load::hyper_calls,
    process::Server,
    row::{Row, Target::AtLeast},
};

pub(crate) fn rows(size: Size) -> Vec<Row> {
    vec![Row::ratio(
        "emulator's server, 64 in flight",
        "calls/s",
        "hyper's server",
        AtLeast(0.85),
        move || {
            let calls = |server: std::rc::Rc<Server>| {
                let status = Request::get(format!("{}/status", server.endpoint));
                hyper_calls(size, 64, &server, status.body(Bytes::new()).unwrap())
            };
            (calls(Server::emulator()), calls(Server::hyper(0)))
        },
    )]
}
