//! Compressed answers.

#[path = "support/messages.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod messages;
#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;

use bytes::Bytes;
use http::Response;
use neptunedata::{
    Call, CallOptions, CallOutput, Error, ExceptionKind,
    error::DecodeErrorKind,
    streams::{EventId, GetSparqlStream, GetSparqlStreamOutput},
};

use messages::{decode_error, response};
use steps::{answered, session};

const ANSWER: &str = r#"{"lastEventId":{"commitNum":12,"opNum":1},"format":"NQUADS","records":[]}"#;
const REFUSAL: &str = r#"{"code":"ExpiredStreamException","requestId":"r","detailedMessage":"m"}"#;

fn answer(status: u16, coding: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut answer = response(status, body);
    let length = answer.body().len().into();
    let headers = answer.headers_mut();
    headers.insert("content-encoding", coding.parse().unwrap());
    headers.insert("content-length", length);
    answer
}

/// Gives a call the answer in chunks of this size.
fn call(
    answer: Response<Bytes>,
    chunk: usize,
    options: &CallOptions,
) -> Result<CallOutput<GetSparqlStreamOutput>, Error> {
    let operation = GetSparqlStream::trim_horizon();
    let call = Call::with_options(&session(), &operation, options, 1);
    answered(call, answer, chunk).1
}

fn once() -> CallOptions {
    CallOptions::new().max_attempts(1)
}

#[cfg(not(feature = "gzip"))]
#[test]
fn without_the_feature_the_error_names_it() {
    let gzipped = || answer(200, "gzip", b"\x1f\x8b\x08".as_slice());
    let error = decode_error::<GetSparqlStream>(&gzipped());
    assert_eq!(error.kind(), DecodeErrorKind::Encoding);
    assert!(error.to_string().contains("feature `gzip`"), "{error}");
    let error = call(gzipped(), 1, &once()).unwrap_err();
    assert!(error.to_string().contains("feature `gzip`"), "{error}");
    let error = call(answer(404, "gzip", REFUSAL), 9, &once()).unwrap_err();
    assert!(error.is_exception(ExceptionKind::ExpiredStreamException));
}

#[test]
fn identity_encoding_is_accepted() {
    let answered = call(answer(200, "identity", ANSWER), 7, &once()).unwrap();
    assert_eq!(answered.output.last_event_id, Some(EventId::new(12, 1)));
}

#[cfg(feature = "gzip")]
mod inflated {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use http::HeaderMap;
    use neptunedata::{
        error::{Cause, DecodeError},
        machine::{BodyEvent, Exchange, Input, Machine, Now},
        transport::Sent,
    };

    use super::*;
    use crate::{
        messages::service_error,
        steps::{NOW, Steps},
    };

    fn decode(error: &Error) -> &DecodeError {
        match error.cause() {
            Cause::Decode(error) => error,
            other => panic!("{other:?}"),
        }
    }

    fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_ref()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn answers_are_read_however_they_come() {
        let body = gzip(ANSWER);
        let whole =
            neptunedata::response::<GetSparqlStream>(&answer(200, "GZIP", body.clone())).unwrap();
        assert_eq!(whole.last_event_id, Some(EventId::new(12, 1)));
        for chunk in 1..=body.len() {
            let answered = call(answer(200, "gzip", body.clone()), chunk, &once()).unwrap();
            assert_eq!(answered.output, whole);
            assert_eq!(answered.body, ANSWER);
            assert!(!answered.meta.headers.contains_key("content-encoding"));
        }
    }

    #[test]
    fn error_answers_are_read_too() {
        let gzipped = answer(400, "gzip", gzip(REFUSAL));
        let error = call(gzipped.clone(), 5, &once()).unwrap_err();
        let service = error.service().unwrap();
        assert_eq!(service.kind, ExceptionKind::ExpiredStreamException);
        assert_eq!(service.body, REFUSAL);
        let error = service_error::<GetSparqlStream>(&gzipped);
        assert_eq!(error.message, "m");
        // A front end may say gzip and mean it not.
        for chunk in [1, 4, 1000] {
            let error = call(answer(400, "gzip", REFUSAL), chunk, &once()).unwrap_err();
            assert_eq!(error.service().unwrap().message, "m");
        }
        let plain = answer(400, "gzip", REFUSAL);
        let error = service_error::<GetSparqlStream>(&plain);
        assert_eq!(error.message, "m");
    }

    #[test]
    fn what_is_cut_or_wrong_is_a_typed_error() {
        let body = gzip(ANSWER);
        let truncated = (1..body.len()).map(|cut| {
            let cut = Bytes::copy_from_slice(&body[..cut]);
            (cut, DecodeErrorKind::Truncated)
        });
        let wrong = [ANSWER.into(), [body.clone(), vec![0; 10]].concat().into()];
        let wrong = wrong.map(|body: Bytes| (body, DecodeErrorKind::Encoding));
        for (body, kind) in truncated.chain(wrong) {
            let answer = answer(200, "gzip", body);
            let error = call(answer.clone(), 11, &once()).unwrap_err();
            assert_eq!(decode(&error).kind(), kind);
            assert!(error.may_have_executed());
            let whole = decode_error::<GetSparqlStream>(&answer);
            assert_eq!(whole.kind(), kind);
        }
        let plain = call(answer(200, "gzip", ANSWER), 11, &once()).unwrap_err();
        assert_eq!(decode(&plain).body(), ANSWER);
        assert_eq!(plain.meta().unwrap().headers["content-encoding"], "gzip");
        let other = call(answer(200, "br", ANSWER), 11, &once()).unwrap_err();
        assert_eq!(decode(&other).kind(), DecodeErrorKind::Encoding);
    }

    #[test]
    fn a_cut_answer_to_a_read_is_asked_for_again() {
        let operation = GetSparqlStream::trim_horizon();
        let mut call = Call::new(&session(), &operation, 1);
        call.sends(Input::Next, NOW);
        let mut short = gzip(ANSWER);
        short.truncate(short.len() - 3);
        let short = Input::Response(answer(200, "gzip", short), HeaderMap::new());
        call.waits(short, NOW);
        let woken = Now {
            mono: call.wake_at().unwrap(),
            ..NOW
        };
        call.sends(Input::Wake(Sent::No), woken);
        // What is left of the first answer is not in the second.
        let whole = Input::Response(answer(200, "gzip", gzip(ANSWER)), HeaderMap::new());
        assert_eq!(call.succeeds(whole, NOW).body, ANSWER);
    }

    #[test]
    fn the_limit_is_on_what_is_inflated() {
        let bomb = gzip(vec![b' '; 32 << 20]);
        assert!(bomb.len() < 64 << 10);
        let limited = once().max_body_bytes(1 << 20);
        let error = call(answer(200, "gzip", bomb), 1 << 20, &limited).unwrap_err();
        let error = decode(&error);
        assert_eq!(error.kind(), DecodeErrorKind::TooLarge);
        assert!(error.body().len() <= (1 << 20) + (64 << 10));
    }

    #[test]
    fn streams_hand_out_pieces() {
        let text = "some text that is ".repeat(20_000);
        let operation = GetSparqlStream::trim_horizon();
        let body = gzip(&text);
        for chunk in [1, 100, body.len()] {
            let exchange = Exchange::streaming(&session(), &operation, &once(), 1);
            let (items, done) = answered(exchange, answer(200, "gzip", body.clone()), chunk);
            let mut received = Vec::new();
            for item in items {
                match item {
                    BodyEvent::Head(head) => {
                        assert!(!head.headers.contains_key("content-encoding"));
                        assert!(!head.headers.contains_key("content-length"));
                    }
                    BodyEvent::Chunk(piece) => {
                        assert!((1..=64 << 10).contains(&piece.len()));
                        received.extend_from_slice(&piece);
                    }
                }
            }
            assert!(done.is_ok());
            assert_eq!(received, text.as_bytes());
        }
    }

    #[test]
    fn a_cut_stream_ends_in_an_error() {
        let operation = GetSparqlStream::trim_horizon();
        let exchange = Exchange::streaming(&session(), &operation, &once(), 1);
        let mut body = gzip(ANSWER);
        body.pop();
        let (items, done) = answered(exchange, answer(200, "gzip", body), 1000);
        assert_eq!(items.len(), 2);
        let error = done.unwrap_err();
        assert_eq!(decode(&error).kind(), DecodeErrorKind::Truncated);
    }
}
