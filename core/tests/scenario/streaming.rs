//! The streaming exchange: parts of the body as they arrive, and the same results as for whole bodies.

use neptunedata::{
    CallOptions, CallOutput, Error, ErrorKind, ExceptionKind,
    machine::{BodyEvent, Exchange},
    ml::GetMlModelTrainingJob,
    transport::{Sent, TransportErrorKind},
};

use crate::{
    drive::{Clock, Style, play, start, unsigned},
    script::{Event, answer, error_object, exception, success},
};

#[derive(Debug)]
struct Streamed {
    sent: usize,
    /// The chunks after each head.
    bodies: Vec<Vec<u8>>,
    result: Result<CallOutput<()>, Error>,
}

fn stream(exchange: Exchange, script: &[Event], commit: bool) -> Streamed {
    stream_in_chunks(5, exchange, script, commit)
}

fn stream_in_chunks(
    size: usize,
    mut exchange: Exchange,
    script: &[Event],
    commit: bool,
) -> Streamed {
    let style = Style {
        seed: 1,
        chunks: Some(size),
    };
    let mut bodies = Vec::<Vec<u8>>::new();
    let played = play(
        &mut exchange,
        script,
        style,
        &mut Clock::new(),
        |exchange, part| match part {
            BodyEvent::Head(head) => {
                assert!(head.status.is_success());
                bodies.push(Vec::new());
            }
            BodyEvent::Chunk(chunk) => {
                bodies.last_mut().expect("a head").extend(chunk);
                if commit {
                    exchange.commit();
                }
            }
        },
    );
    Streamed {
        sent: played.sent.len(),
        bodies,
        result: played.result,
    }
}

fn get(options: &CallOptions) -> Exchange {
    Exchange::streaming(
        &unsigned(),
        &GetMlModelTrainingJob::new("job-1"),
        options,
        1,
    )
}

fn read(script: &[Event]) -> Streamed {
    stream(get(&CallOptions::new()), script, false)
}

fn committed(script: &[Event]) -> Streamed {
    stream(get(&CallOptions::new()), script, true)
}

fn write(script: &[Event]) -> Streamed {
    let exchange = Exchange::streaming(&unsigned(), &start(), &CallOptions::new(), 1);
    stream(exchange, script, false)
}

const WHOLE: &[u8] = br#"{"status":"Completed","id":"job-1"}"#;

#[test]
fn parts_make_the_body() {
    let done = read(&[success().into()]);
    let answered = done.result.expect("a success");
    assert_eq!(done.bodies, [WHOLE]);
    assert!(answered.body.is_empty());
    assert_eq!(answered.meta.attempts, 1);
}

#[test]
fn the_body_limit_does_not_apply_to_streaming() {
    let limited = get(&CallOptions::new().max_body_bytes(3));
    let done = stream(limited, &[success().into()], false);
    assert!(done.result.is_ok());
    assert_eq!(done.bodies, [WHOLE]);
}

#[test]
fn error_answers_have_no_parts() {
    let done = read(&[exception(400, "ParsingException").into()]);
    assert!(done.bodies.is_empty());
    let error = done.result.expect_err("a refusal");
    assert_eq!(
        error.kind(),
        ErrorKind::Service(ExceptionKind::ParsingException)
    );
    assert_eq!(
        error.to_string(),
        "GetMLModelTrainingJob job-1: ParsingException (400): boom [request id r-1]"
    );
}

#[test]
fn a_second_head_takes_back_the_first() {
    let cut = Event::Cut(
        answer(200, &WHOLE[..20]),
        TransportErrorKind::Closed,
        Sent::Maybe,
    );
    let done = read(&[cut.clone(), success().into()]);
    assert_eq!(done.bodies, [&WHOLE[..20], WHOLE]);
    assert_eq!(done.sent, 2);
    let meta = done.result.expect("a success").meta;
    assert!(meta.earlier_may_have_executed);

    let done = write(&[cut, success().into()]);
    assert_eq!((done.sent, done.bodies.len()), (1, 1));
    let error = done.result.expect_err("a cut");
    assert!(error.may_have_executed() && !error.is_retryable());
}

#[test]
fn chunks_are_returned_once() {
    let cut = Event::Cut(answer(200, WHOLE), TransportErrorKind::Closed, Sent::Maybe);
    let done = committed(&[cut, success().into()]);
    assert_eq!((done.sent, done.bodies.len()), (1, 1));
    let error = done.result.expect_err("a cut");
    let kind = ErrorKind::Transport(TransportErrorKind::Closed);
    assert_eq!((error.kind(), error.attempts()), (kind, 1));
    assert!(error.may_have_executed());

    let conflict = success().trailer("x-neptune-status", "500 ConcurrentModificationException");
    let done = committed(&[conflict.into(), success().into()]);
    assert_eq!(done.sent, 1);
    let kind = ErrorKind::Service(ExceptionKind::ConcurrentModificationException);
    assert_eq!(done.result.expect_err("a conflict").kind(), kind);
}

/// The end of the body is looked at, cut or not.
#[test]
fn failures_at_the_end_fail_the_stream() {
    let object = error_object("TimeLimitExceededException", "x");
    let after_rows = format!(r#"{{"results":[{{"a":1}},{object}"#);
    let cut = answer(200, after_rows.clone());
    let cut = Event::Cut(cut, TransportErrorKind::Closed, Sent::Maybe);
    let trailer = success().trailer("x-neptune-status", "500 TimeLimitExceededException");
    for event in [
        trailer.into(),
        cut,
        answer(200, object.clone()).into(),
        answer(200, after_rows).into(),
    ] {
        let done = read(&[event]);
        let kind = ErrorKind::Service(ExceptionKind::TimeLimitExceededException);
        let error = done.result.expect_err("a failure");
        assert_eq!((error.kind(), done.sent), (kind, 1));
    }
    // What only looks like an error object stays a row.
    let row = format!(r#"{{"results":[{object}]}}"#);
    assert!(read(&[answer(200, row).into()]).result.is_ok());

    let short = success().header("content-length", "36");
    let done = write(&[short.into()]);
    let kind = ErrorKind::Transport(TransportErrorKind::Closed);
    assert_eq!(done.result.expect_err("a cut").kind(), kind);
}

/// Only the end of a long body is kept, because an error object may be there, also divided into two chunks.
#[test]
fn an_error_object_in_two_chunks_at_the_end_of_a_long_body() {
    const TAIL: usize = 64 * 1024;
    let error = error_object("TimeLimitExceededException", "m");
    for before_last in 1..4 {
        let body = format!(
            "{}{error}",
            "x".repeat(before_last * TAIL - error.len() / 2)
        );
        let script = [answer(200, body).into()];
        let streamed = stream_in_chunks(TAIL, get(&CallOptions::new()), &script, true);
        let error = streamed.result.expect_err("an error");
        let kind = ExceptionKind::TimeLimitExceededException;
        assert_eq!(
            error.kind(),
            ErrorKind::Service(kind),
            "{before_last}: {error}"
        );
    }
}
