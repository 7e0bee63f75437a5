//! openCypher: retries by the effect of the request; each effect with a lost answer.

use neptunedata::{
    CallOptions, Effect, ErrorKind, ExceptionKind, Operation,
    opencypher::{ExecuteOpenCypherExplainQuery, ExecuteOpenCypherQuery, OpenCypherExplainMode},
    transport::{Sent, TransportErrorKind},
};

use crate::{
    drive::{Clock, Style, Trace, drive, drive_whole, sessions},
    script::{Event, answer, error_object, refusal},
};

const LOST: Event = Event::Fails(TransportErrorKind::Closed, Sent::Maybe);

/// Runs by several seeds, whole and in chunks, signed and not.
fn each<O: Operation>(
    operation: &O,
    options: &CallOptions,
    script: &[Event],
    check: impl Fn(&Trace),
) {
    for session in sessions() {
        for seed in 0..3 {
            let (session, style, mut clock) = (session(), Style::of(seed), Clock::new());
            check(&drive(
                &session, operation, options, script, style, &mut clock,
            ));
        }
    }
}

fn is_sent<O: Operation>(operation: &O, options: &CallOptions, times: u32) {
    each(operation, options, &[LOST], |trace| {
        let error = trace.result.as_ref().expect_err("an error");
        assert_eq!(error.attempts(), times);
        assert_eq!(trace.sent.len(), usize::try_from(times).expect("few"));
        assert!(error.may_have_executed());
        assert_eq!(
            error.kind(),
            ErrorKind::Transport(TransportErrorKind::Closed)
        );
    });
}

fn query() -> ExecuteOpenCypherQuery {
    ExecuteOpenCypherQuery::new("MATCH (n) RETURN n")
}

#[test]
fn m04_explains_that_execute_the_query_are_not_sent_again() {
    use OpenCypherExplainMode::{Details, Dynamic, Static};

    let none = CallOptions::new();
    let explain = |mode| ExecuteOpenCypherExplainQuery::new("MATCH (n) RETURN n", mode);
    is_sent(&explain(Static), &none, 3);
    is_sent(&explain(Dynamic), &none, 1);
    is_sent(&explain(Details), &none, 1);
    is_sent(&explain("later".into()), &none, 1);
    is_sent(&explain(Details), &none.effect(Effect::Read), 3);
}

/// How often a query is sent that fails like this, and whether it then may have been executed.
fn fails(options: &CallOptions, event: Event) -> (u32, bool) {
    let mut found = None;
    let script = [event];
    for session in sessions() {
        let trace = drive_whole(&session(), &query(), options, &script);
        let error = trace.result.expect_err("an error");
        let this = (error.attempts(), error.may_have_executed());
        assert_eq!(*found.get_or_insert(this), this);
    }
    found.expect("a session")
}

#[test]
fn failures_after_a_200_are_classified_by_their_code() {
    let none = CallOptions::new();
    let reads = CallOptions::new().effect(Effect::Read);
    let rows = r#"{"results":[{"n":1},"#;
    let appended = |code| answer(200, format!("{rows}{}", error_object(code, "x")));
    let in_trailers = |code: &str| {
        let status = format!("500 {code}");
        answer(200, rows).trailer("x-neptune-status", &status)
    };
    // Rolled back: sent again whatever it does.
    let conflict = "ConcurrentModificationException";
    assert_eq!(fails(&none, appended(conflict).into()), (3, false));
    assert_eq!(fails(&none, in_trailers(conflict).into()), (3, false));
    // For good.
    for code in ["TimeLimitExceededException", "CancelledByUserException"] {
        for options in [&none, &reads] {
            assert_eq!(fails(options, appended(code).into()).0, 1, "{code}");
            assert_eq!(fails(options, in_trailers(code).into()).0, 1, "{code}");
        }
    }
    // Rows that stop: lost to writes, and read again.
    assert_eq!(fails(&none, answer(200, rows).into()), (1, true));
    assert_eq!(fails(&reads, answer(200, rows).into()), (3, true));
}

#[test]
fn m12_authentication_failures_with_400_are_final_and_stay_what_they_are() {
    for text in [
        "There is no token passed as part of the request",
        "User does not have access to the database.",
    ] {
        for (code, kind) in [
            ("BadRequestException", ExceptionKind::BadRequestException),
            ("SomethingElse", ExceptionKind::Unknown),
        ] {
            let script = [refusal(400, code, text).into()];
            each(&query(), &CallOptions::new(), &script, |trace| {
                let error = trace.result.as_ref().expect_err("an error");
                let service = error.service().expect("an exception");
                assert_eq!((service.kind, service.status.as_u16()), (kind, 400));
                assert_eq!(service.message, text);
                assert_eq!((error.attempts(), trace.asked.len()), (1, 1));
            });
        }
    }
}
