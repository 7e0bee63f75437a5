//! What errors say about attempts and execution: the exact text.

use neptunedata::{
    CallOptions, Effect, Error, Operation,
    ml::CancelMlModelTrainingJob,
    transport::{Sent, TransportErrorKind},
};

use crate::{
    drive::{Clock, Style, drive, start, unsigned},
    script::{Event, answer, exception, refusal},
};

fn fail<O: Operation>(operation: &O, options: &CallOptions, script: &[Event]) -> Error {
    let mut clock = Clock::new();
    drive(
        &unsigned(),
        operation,
        options,
        script,
        Style::WHOLE,
        &mut clock,
    )
    .result
    .expect_err("an error")
}

const LOST: Event = Event::Fails(TransportErrorKind::Closed, Sent::Maybe);

#[test]
fn a_lost_write_says_that_it_may_have_been_executed() {
    let error = fail(&start(), &CallOptions::new(), &[LOST]);
    assert_eq!(
        error.to_string(),
        "StartMLModelTrainingJob: connection to db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182 closed before the response was complete; the request may have been executed and was not sent again"
    );
    let error = fail(
        &start(),
        &CallOptions::new(),
        &[exception(500, "InternalFailureException").into()],
    );
    assert_eq!(
        error.to_string(),
        "StartMLModelTrainingJob: InternalFailureException (500): boom [request id r-1]; the request may have been executed and was not sent again"
    );
    let error = fail(
        &start(),
        &CallOptions::new(),
        &[answer(504, "<html>").into()],
    );
    assert_eq!(
        error.to_string(),
        "StartMLModelTrainingJob: HTTP status 504 Gateway Timeout: <html>; the request may have been executed and was not sent again"
    );
}

#[test]
fn a_caller_may_opt_in() {
    let options = CallOptions::new().effect(Effect::Idempotent);
    let error = fail(&start(), &options, &[LOST]);
    assert_eq!(error.attempts(), 3);
    assert!(error.is_retryable());
    assert_eq!(
        error.to_string(),
        "StartMLModelTrainingJob: connection to db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182 closed before the response was complete (gave up after 3 attempts); the request may have been executed"
    );
}

#[test]
fn a_repeated_cancel_meets_its_own_effect() {
    let completed = "Failed to stop the job because it has already completed or failed.";
    let error = fail(
        &CancelMlModelTrainingJob::new("job-1"),
        &CallOptions::new(),
        &[
            LOST,
            refusal(400, "InvalidParameterException", completed).into(),
        ],
    );
    assert_eq!(error.attempts(), 2);
    assert!(error.may_have_executed());
    assert!(!error.is_retryable());
    assert!(
        error
            .meta()
            .is_some_and(|meta| meta.earlier_may_have_executed)
    );
    assert_eq!(
        error.to_string(),
        "CancelMLModelTrainingJob job-1: InvalidParameterException (400): Failed to stop the job because it has already completed or failed. [request id r-1] (attempt 2; an earlier attempt may have been executed and caused this)"
    );
}

#[test]
fn nothing_is_said_of_earlier_attempts_that_were_refused() {
    let error = fail(
        &CancelMlModelTrainingJob::new("job-1"),
        &CallOptions::new(),
        &[
            exception(429, "TooManyRequestsException").into(),
            refusal(400, "InvalidParameterException", "no such job").into(),
        ],
    );
    assert!(!error.may_have_executed());
    assert_eq!(
        error.to_string(),
        "CancelMLModelTrainingJob job-1: InvalidParameterException (400): no such job [request id r-1]"
    );
}

/// Three times the same failure: no answer was lost, and none is the effect of another.
#[test]
fn a_server_that_keeps_failing() {
    let error = fail(
        &CancelMlModelTrainingJob::new("job-1"),
        &CallOptions::new(),
        &[exception(500, "InternalFailureException").into()],
    );
    assert_eq!(
        error.to_string(),
        "CancelMLModelTrainingJob job-1: InternalFailureException (500): boom [request id r-1] (gave up after 3 attempts); the request may have been executed"
    );
}

#[test]
fn an_answer_that_stops_is_shown() {
    let cancel = CancelMlModelTrainingJob::new("job-1");
    let error = fail(
        &cancel,
        &CallOptions::new(),
        &[answer(200, r#"{"status":"2"#).into()],
    );
    let text = error.to_string();
    assert!(
        text.starts_with("CancelMLModelTrainingJob job-1: truncated response body"),
        "{text}"
    );
    assert!(
        text.ends_with(r#"; body begins "{\"status\":\"2" (gave up after 3 attempts); the request may have been executed"#),
        "{text}"
    );
}

#[test]
fn long_answers_are_shown_by_their_start() {
    let error = fail(
        &start(),
        &CallOptions::new(),
        &[answer(400, "x".repeat(100_000)).into()],
    );
    let text = error.to_string();
    assert!(text.len() < 1000, "{}", text.len());
    assert_eq!(error.body().len(), 100_000);
}

/// Text or source, never both.
#[test]
fn the_source_is_not_in_the_text() {
    use std::error::Error as _;
    let error = fail(&start(), &CallOptions::new(), &[answer(400, "no").into()]);
    assert!(error.source().is_none());
    assert_eq!(
        error.to_string(),
        "StartMLModelTrainingJob: HTTP status 400 Bad Request: no"
    );
}
