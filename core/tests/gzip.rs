//! Compressed answers.

#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;

use bytes::Bytes;
use http::Response;
use neptunedata::{
    Call, CallOptions, ExceptionKind,
    error::{Cause, DecodeErrorKind},
    streams::{EventId, GetSparqlStream},
};

use steps::{answered, session};

const ANSWER: &str = r#"{"lastEventId":{"commitNum":12,"opNum":1},"format":"NQUADS","records":[]}"#;
const REFUSAL: &str = r#"{"code":"ExpiredStreamException","requestId":"r","detailedMessage":"m"}"#;

fn answer(status: u16, coding: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let body = body.into();
    Response::builder()
        .status(status)
        .header("content-encoding", coding)
        .header("content-length", body.len())
        .body(body)
        .unwrap()
}

/// Gives a call the answer in chunks of this size.
fn call(
    answer: Response<Bytes>,
    chunk: usize,
    options: &CallOptions,
) -> Result<neptunedata::CallOutput<neptunedata::streams::GetSparqlStreamOutput>, neptunedata::Error>
{
    let operation = GetSparqlStream::trim_horizon();
    let call = Call::with_options(&session(), &operation, options, 1);
    answered(call, answer, chunk).1
}

#[cfg(feature = "gzip")]
fn decode(error: &neptunedata::Error) -> &neptunedata::error::DecodeError {
    match error.cause() {
        Cause::Decode(error) => error,
        other => panic!("{other:?}"),
    }
}

fn once() -> CallOptions {
    CallOptions::new().max_attempts(1)
}

#[cfg(not(feature = "gzip"))]
#[test]
fn without_the_feature_the_error_names_it() {
    let gzipped = || answer(200, "gzip", b"\x1f\x8b\x08".as_slice());
    let Err(Cause::Decode(error)) = neptunedata::response::<GetSparqlStream>(&gzipped()) else {
        panic!()
    };
    assert_eq!(error.kind(), DecodeErrorKind::Encoding);
    assert!(error.to_string().contains("feature `gzip`"), "{error}");
    let error = call(gzipped(), 1, &once()).unwrap_err();
    assert!(error.to_string().contains("feature `gzip`"), "{error}");
    let error = call(answer(404, "gzip", REFUSAL), 9, &once()).unwrap_err();
    let kind = error.service().unwrap().kind;
    assert_eq!(kind, ExceptionKind::ExpiredStreamException);
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
        machine::{BodyEvent, Exchange, Input, Machine, Now},
        transport::Sent,
    };

    use super::*;
    use crate::steps::{NOW, Steps};

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
        match neptunedata::response::<GetSparqlStream>(&gzipped) {
            Err(Cause::Service(error)) => assert_eq!(error.message, "m"),
            other => panic!("{other:?}"),
        }
        // A front end may say gzip and mean it not.
        for chunk in [1, 4, 1000] {
            let error = call(answer(400, "gzip", REFUSAL), chunk, &once()).unwrap_err();
            assert_eq!(error.service().unwrap().message, "m");
        }
        let plain = answer(400, "gzip", REFUSAL);
        match neptunedata::response::<GetSparqlStream>(&plain) {
            Err(Cause::Service(error)) => assert_eq!(error.message, "m"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_cut_or_wrong_is_a_typed_error() {
        let body = gzip(ANSWER);
        for cut in 1..body.len() {
            let short = Bytes::copy_from_slice(&body[..cut]);
            let error = call(answer(200, "gzip", short.clone()), 11, &once()).unwrap_err();
            assert_eq!(decode(&error).kind(), DecodeErrorKind::Truncated);
            assert!(error.may_have_executed());
            let whole = neptunedata::response::<GetSparqlStream>(&answer(200, "gzip", short));
            match whole {
                Err(Cause::Decode(error)) => assert_eq!(error.kind(), DecodeErrorKind::Truncated),
                other => panic!("{other:?}"),
            }
        }
        for wrong in [
            ANSWER.as_bytes().to_vec(),
            [body.clone(), vec![0; 10]].concat(),
        ] {
            let error = call(answer(200, "gzip", wrong.clone()), 11, &once()).unwrap_err();
            assert_eq!(decode(&error).kind(), DecodeErrorKind::Encoding);
            let whole = neptunedata::response::<GetSparqlStream>(&answer(200, "gzip", wrong));
            match whole {
                Err(Cause::Decode(error)) => assert_eq!(error.kind(), DecodeErrorKind::Encoding),
                other => panic!("{other:?}"),
            }
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
        let error = call(
            answer(200, "gzip", bomb),
            1 << 20,
            &once().max_body_bytes(1 << 20),
        );
        let error = error.unwrap_err();
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
        let cut = Response::builder().header("content-encoding", "gzip");
        let (items, done) = answered(exchange, cut.body(body.into()).unwrap(), 1000);
        assert_eq!(items.len(), 2);
        assert_eq!(
            decode(&done.unwrap_err()).kind(),
            DecodeErrorKind::Truncated
        );
    }
}
