//! SPARQL: requests, and how answers are decoded.

#[path = "sparql/allocations.rs"]
mod allocations;
#[path = "sparql/answers.rs"]
mod answers;
#[path = "sparql/graphs.rs"]
mod graphs;
#[path = "support/messages.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod messages;
#[path = "sparql/requests.rs"]
mod requests;
#[path = "sparql/rows.rs"]
mod rows;
#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use neptunedata::{
    Call, CallOptions, CallOutput, Error, Operation,
    error::EncodeError,
    machine::{Input, Io, Machine, Step},
};

use messages::response_of_type as answer;
use steps::{NOW, Steps, endpoint, session};

fn encode<O: Operation>(operation: &O) -> Result<Request<Bytes>, EncodeError> {
    neptunedata::request(operation, &endpoint())
}

/// The fields of a form, decoded.
fn fields(request: &Request<Bytes>) -> Vec<(String, String)> {
    let form = std::str::from_utf8(request.body()).unwrap();
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'%' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                byte => byte,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    form.split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// What one attempt at a call sends.
fn sent<O: Operation>(operation: &O, options: &CallOptions) -> Result<Request<Bytes>, Box<Error>> {
    let mut call = Call::with_options(&session(), operation, options, 1);
    match call.resume(Input::Next, NOW) {
        Step::Io(Io::Send(transmit)) => Ok(transmit.request),
        Step::Done(Err(error)) => Err(Box::new(error)),
        step => panic!("{:?}", std::mem::discriminant(&step)),
    }
}

/// One attempt at a call.
fn call<O: Operation>(
    operation: &O,
    answer: Response<Bytes>,
    trailers: HeaderMap,
) -> Result<CallOutput<O::Output>, Box<Error>> {
    let options = CallOptions::new().max_attempts(1);
    let mut call = Call::with_options(&session(), operation, &options, 1);
    call.sends(Input::Next, NOW);
    match call.resume(Input::Response(answer, trailers), NOW) {
        Step::Done(result) => result.map_err(Box::new),
        _ => panic!("the answer is not the end"),
    }
}
