//! Where the service model, or a page about it, and the service disagree: a test for each, named by its
//! number in `docs/wire.md`.

#[path = "support/drive.rs"]
#[allow(dead_code)]
mod drive;
#[path = "support/script.rs"]
#[allow(dead_code)]
mod script;

#[path = "wire_notes/errors.rs"]
mod errors;
#[path = "wire_notes/jobs.rs"]
mod jobs;
#[path = "wire_notes/list.rs"]
mod list;
#[path = "wire_notes/system.rs"]
mod system;

use neptunedata::{Endpoint, ExceptionKind, Operation, OperationInfo, bytes::Bytes, dynamic};

/// What the operation makes of a success with this body.
fn read<O: Operation>(body: &str) -> O::Output {
    let answer = http::Response::new(Bytes::copy_from_slice(body.as_bytes()));
    match neptunedata::response::<O>(&answer) {
        Ok(output) => output,
        Err(cause) => panic!("{body}: {cause}"),
    }
}

/// The exception that the operation takes an answer for.
fn refused<O: Operation<Output: std::fmt::Debug>>(status: u16, body: &str) -> ExceptionKind {
    let answer = http::Response::builder()
        .status(status)
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .expect("an answer");
    match neptunedata::response::<O>(&answer) {
        Err(neptunedata::error::Cause::Service(error)) => error.kind,
        other => panic!("{body}: {other:?}"),
    }
}

fn request<O: Operation>(operation: &O) -> http::Request<Bytes> {
    let endpoint = Endpoint::parse("http://localhost:8182").expect("an endpoint");
    neptunedata::request(operation, &endpoint).expect("a request")
}

fn info(name: &str) -> &'static OperationInfo {
    dynamic::info(name).expect("an operation")
}
