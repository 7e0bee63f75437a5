//! Where the service model, or a page about it, and the service disagree: a test for each, named by its
//! number in `docs/wire.md`.

#[path = "support/drive.rs"]
#[allow(dead_code)]
mod drive;
#[path = "support/messages.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod messages;
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

use neptunedata::{ExceptionKind, Operation, OperationInfo, dynamic};

use messages::{decode, request, response, service_error};

/// What the operation makes of a success with this body.
fn read<O: Operation>(body: &str) -> O::Output {
    decode::<O>(body.to_owned()).unwrap_or_else(|cause| panic!("{body}: {cause}"))
}

/// The exception that the operation takes an answer for.
fn refused<O: Operation<Output: std::fmt::Debug>>(status: u16, body: &str) -> ExceptionKind {
    service_error::<O>(&response(status, body.to_owned())).kind
}

fn info(name: &str) -> &'static OperationInfo {
    dynamic::info(name).expect("an operation")
}
