//! Answers that come compressed.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Response};
use neptunedata::{
    Auth, Call, CallOptions, Endpoint, ExceptionKind, Session,
    error::{Cause, DecodeErrorKind},
    machine::{Input, Io, Machine, Now, Step},
    streams::{EventId, GetSparqlStream},
};

const NOW: Now = Now {
    wall: SystemTime::UNIX_EPOCH,
    mono: Duration::ZERO,
};

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

fn session() -> Session {
    Session::new(
        Endpoint::parse("http://localhost:8182").unwrap(),
        Auth::unsigned(),
    )
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
    let mut call = Call::with_options(&session(), &operation, options, 1);
    assert!(matches!(
        call.resume(Input::Next, NOW),
        Step::Io(Io::Send(_))
    ));
    let (head, body) = answer.into_parts();
    let mut step = call.resume(Input::Head(head), NOW);
    for chunk in body.chunks(chunk) {
        if matches!(step, Step::Io(Io::Receive)) {
            step = call.resume(Input::Chunk(Bytes::copy_from_slice(chunk)), NOW);
        }
    }
    if matches!(step, Step::Io(Io::Receive)) {
        step = call.resume(Input::End(HeaderMap::new()), NOW);
    }
    match step {
        Step::Done(result) => result,
        step => panic!("{step:?}"),
    }
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
fn what_says_that_it_is_plain_is() {
    let answered = call(answer(200, "identity", ANSWER), 7, &once()).unwrap();
    assert_eq!(answered.output.last_event_id, Some(EventId::new(12, 1)));
}

#[cfg(feature = "gzip")]
mod inflated {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use neptunedata::{
        machine::{BodyEvent, Exchange},
        rows::Rows,
        streams::SparqlRecord,
        transport::Sent,
    };

    use super::*;

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
        assert!(matches!(
            call.resume(Input::Next, NOW),
            Step::Io(Io::Send(_))
        ));
        let mut short = gzip(ANSWER);
        short.truncate(short.len() - 3);
        let short = Input::Response(answer(200, "gzip", short), HeaderMap::new());
        assert!(matches!(call.resume(short, NOW), Step::Io(Io::Wait)));
        let woken = Now {
            mono: call.wake_at().unwrap(),
            ..NOW
        };
        assert!(matches!(
            call.resume(Input::Wake(Sent::No), woken),
            Step::Io(Io::Send(_))
        ));
        // What is left of the first answer is not in the second.
        let whole = Input::Response(answer(200, "gzip", gzip(ANSWER)), HeaderMap::new());
        match call.resume(whole, NOW) {
            Step::Done(Ok(answered)) => assert_eq!(answered.body, ANSWER),
            step => panic!("{step:?}"),
        }
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
            let mut exchange = Exchange::streaming(&session(), &operation, &once(), 1);
            assert!(matches!(
                exchange.resume(Input::Next, NOW),
                Step::Io(Io::Send(_))
            ));
            let (head, _) = answer(200, "gzip", Bytes::new()).into_parts();
            let mut chunks = body.chunks(chunk);
            let mut step = exchange.resume(Input::Head(head), NOW);
            let mut received = Vec::new();
            let done = loop {
                let input = match step {
                    Step::Item(BodyEvent::Head(head)) => {
                        assert!(!head.headers.contains_key("content-encoding"));
                        assert!(!head.headers.contains_key("content-length"));
                        Input::Next
                    }
                    Step::Item(BodyEvent::Chunk(piece)) => {
                        assert!((1..=64 << 10).contains(&piece.len()));
                        received.extend_from_slice(&piece);
                        Input::Next
                    }
                    Step::Io(Io::Receive) => match chunks.next() {
                        Some(chunk) => Input::Chunk(Bytes::copy_from_slice(chunk)),
                        None => Input::End(HeaderMap::new()),
                    },
                    Step::Done(result) => break result,
                    step => panic!("{step:?}"),
                };
                step = exchange.resume(input, NOW);
            };
            assert!(done.is_ok());
            assert_eq!(received, text.as_bytes());
        }
    }

    #[test]
    fn a_cut_stream_ends_in_an_error() {
        let operation = GetSparqlStream::trim_horizon();
        let mut exchange = Exchange::streaming(&session(), &operation, &once(), 1);
        let _ = exchange.resume(Input::Next, NOW);
        let _ = exchange.resume(
            Input::Head(answer(200, "gzip", Bytes::new()).into_parts().0),
            NOW,
        );
        let _ = exchange.resume(Input::Next, NOW);
        let body = gzip(ANSWER);
        let cut = Bytes::copy_from_slice(&body[..body.len() - 1]);
        assert!(matches!(
            exchange.resume(Input::Chunk(cut), NOW),
            Step::Item(_)
        ));
        assert!(matches!(
            exchange.resume(Input::Next, NOW),
            Step::Io(Io::Receive)
        ));
        match exchange.resume(Input::End(HeaderMap::new()), NOW) {
            Step::Done(Err(error)) => {
                assert_eq!(decode(&error).kind(), DecodeErrorKind::Truncated);
            }
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn rows_are_read_from_compressed_streams() {
        let record = |n: i64| {
            format!(
                r#"{{"eventId":{{"commitNum":{n},"opNum":1}},"data":{{"stmt":"s"}},"op":"ADD"}}"#
            )
        };
        let records: Vec<_> = (1..=500).map(record).collect();
        let body = gzip(format!(
            r#"{{"format":"NQUADS","records":[{}]}}"#,
            records.join(",")
        ));
        let operation = GetSparqlStream::trim_horizon();
        for chunk in [1, 64, body.len()] {
            let mut rows = Rows::<SparqlRecord>::with_options(&session(), &operation, &once(), 1);
            assert!(matches!(
                rows.resume(Input::Next, NOW),
                Step::Io(Io::Send(_))
            ));
            let (head, _) = answer(200, "gzip", Bytes::new()).into_parts();
            let mut chunks = body.chunks(chunk);
            let mut step = rows.resume(Input::Head(head), NOW);
            let mut ids = Vec::new();
            let end = loop {
                step = match step {
                    Step::Item(record) => {
                        ids.push(record.event_id.unwrap().commit_num);
                        rows.resume(Input::Next, NOW)
                    }
                    Step::Io(Io::Receive) => match chunks.next() {
                        Some(chunk) => rows.resume(Input::Chunk(chunk.to_vec().into()), NOW),
                        None => rows.resume(Input::End(HeaderMap::new()), NOW),
                    },
                    Step::Done(end) => break end.unwrap(),
                    step => panic!("{step:?}"),
                };
            };
            assert_eq!(ids, (1..=500).collect::<Vec<_>>());
            assert_eq!(end.rows, 500);
        }
    }
}
