//! Where the service model, or a page about it, and the service disagree: a test for each, named by its
//! number in `docs/wire.md`.

#[path = "support/drive.rs"]
#[allow(dead_code)]
mod drive;
#[path = "support/script.rs"]
#[allow(dead_code)]
mod script;

#[path = "wire_facts/errors.rs"]
mod errors;
#[path = "wire_facts/jobs.rs"]
mod jobs;
#[path = "wire_facts/list.rs"]
mod list;
#[path = "wire_facts/system.rs"]
mod system;

use neptunedata::{Endpoint, ErrorKind, Operation, OperationInfo, by_name, bytes::Bytes};

/// What the operation makes of a success with this body.
fn read<O: Operation>(body: &str) -> O::Output {
    let answer = http::Response::new(Bytes::copy_from_slice(body.as_bytes()));
    match neptunedata::response::<O>(&answer) {
        Ok(output) => output,
        Err(cause) => panic!("{body}: {cause}"),
    }
}

/// The exception that the operation takes an answer for.
fn refused<O: Operation<Output: std::fmt::Debug>>(status: u16, body: &str) -> ErrorKind {
    let answer = http::Response::builder()
        .status(status)
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .expect("an answer");
    match neptunedata::response::<O>(&answer) {
        Err(neptunedata::Cause::Service(error)) => error.kind,
        other => panic!("{body}: {other:?}"),
    }
}

fn request<O: Operation>(operation: &O) -> http::Request<Bytes> {
    let endpoint = Endpoint::parse("http://localhost:8182").expect("an endpoint");
    neptunedata::request(operation, &endpoint).expect("a request")
}

fn info(name: &str) -> &'static OperationInfo {
    by_name::info(name).expect("an operation")
}
