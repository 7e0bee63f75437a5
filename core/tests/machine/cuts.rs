//! The positions at which a body is cut into chunks do not change the result.

use bytes::Bytes;
use neptunedata::{ErrorKind, ExceptionKind, machine::Input};
use proptest::{collection::vec, prelude::*, sample::Index, test_runner::Config};

use super::{
    answers::{Answer, answer},
    inputs::start,
    subject::{Mode, Plan, Seen, Subject, plan},
};
use crate::script;

/// A machine that has sent its request.
fn sent(plan: &Plan) -> Subject {
    let mut machine = plan.machine();
    let mut seen = machine.resume(Input::Next, start());
    if matches!(seen, Seen::Credentials { .. }) {
        let key = neptunedata::Credentials::new("AKIDEXAMPLE", "secret");
        seen = machine.resume(Input::Credentials(key), start());
    }
    assert!(matches!(seen, Seen::Send { .. }), "{seen:?}");
    machine
}

fn pieces(body: &Bytes, cuts: &[Index]) -> Vec<Bytes> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
    cuts.extend([0, body.len()]);
    cuts.sort_unstable();
    cuts.windows(2)
        .map(|ends| body.slice(ends[0]..ends[1]))
        .collect()
}

fn whole(plan: &Plan, answer: &Answer) -> Seen {
    let input = Input::Response(answer.whole(), answer.trailers.clone());
    sent(plan).resume(input, start())
}

/// Head, pieces, end; a machine may have enough before the end.
fn in_pieces(plan: &Plan, answer: &Answer, pieces: Vec<Bytes>) -> Seen {
    let mut machine = sent(plan);
    let mut seen = machine.resume(Input::Head(answer.parts()), start());
    for piece in pieces {
        if seen != Seen::Receive {
            return seen;
        }
        seen = machine.resume(Input::Chunk(piece), start());
    }
    if seen == Seen::Receive {
        seen = machine.resume(Input::End(answer.trailers.clone()), start());
    }
    seen
}

/// What was kept of a body over the limit depends on how it came.
fn without_excess(mut seen: Seen) -> Seen {
    if let Seen::Failed {
        kind, text, body, ..
    } = &mut seen
        && *kind == ErrorKind::Decode
        && text.contains("longer than max_body_bytes")
    {
        *body = Bytes::new();
    }
    seen
}

/// All parts of a stream, and its end.
fn streamed(plan: &Plan, answer: &Answer, pieces: Vec<Bytes>) -> (Vec<u8>, Seen) {
    let mut machine = sent(plan);
    let mut body = Vec::new();
    let mut inputs = vec![Input::Head(answer.parts())];
    inputs.extend(pieces.into_iter().map(Input::Chunk));
    inputs.push(Input::End(answer.trailers.clone()));
    let mut last = Seen::Receive;
    for input in inputs {
        last = machine.resume(input, start());
        match &last {
            Seen::Chunk(chunk) => body.extend_from_slice(chunk),
            Seen::Head(..) | Seen::Receive => {}
            _ => break,
        }
        if !matches!(last, Seen::Receive) {
            last = machine.resume(Input::Next, start());
        }
    }
    (body, last)
}

fn any_plan() -> impl Strategy<Value = Plan> {
    prop_oneof![plan(Mode::Call), plan(Mode::Collecting)]
}

proptest! {
    #![proptest_config(Config { cases: 1_000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn cuts_change_nothing(
        plan in any_plan(),
        answer in answer(),
        cuts in vec(any::<Index>(), 0..6),
    ) {
        let whole = without_excess(whole(&plan, &answer));
        let cut = without_excess(in_pieces(&plan, &answer, pieces(&answer.body, &cuts)));
        prop_assert_eq!(whole, cut);
    }

    #[test]
    fn streams_add_up_to_the_body(
        plan in plan(Mode::Collecting),
        answer in answer(),
        cuts in vec(any::<Index>(), 0..6),
    ) {
        let plan = Plan { max_body_bytes: 1_000_000, ..plan };
        let streaming = Plan { mode: Mode::Streaming, ..plan.clone() };
        let (parts, end) = streamed(&streaming, &answer, pieces(&answer.body, &cuts));
        match whole(&plan, &answer) {
            Seen::Ended { body, attempts, status, .. } => {
                prop_assert_eq!(parts, body);
                let ended = matches!(
                    end,
                    Seen::Ended { attempts: a, status: s, .. } if a == attempts && s == status
                );
                prop_assert!(ended, "{:?}", end);
            }
            // A refusal has no parts.
            collected if !answer.status.is_success() => {
                prop_assert!(parts.is_empty());
                prop_assert_eq!(collected, end);
            }
            _ => prop_assert!(answer.body.starts_with(&parts)),
        }
    }
}

fn by(mode: Mode) -> Plan {
    Plan {
        max_body_bytes: 100_000_000,
        ..Plan::unsigned(mode)
    }
}

fn error_text(length: usize) -> String {
    let padding = "x".repeat(length);
    format!(
        r#"{{"requestId":"r","padding":"{padding}","code":"ParsingException","detailedMessage":"m"}}"#
    )
}

fn in_sizes(body: &Bytes, size: usize) -> Vec<Bytes> {
    let cut = |start| body.slice(start..body.len().min(start + size));
    (0..body.len()).step_by(size).map(cut).collect()
}

/// Also where an error answer is so long that it is not read to its end.
#[test]
fn cuts_do_not_change_long_error_answers() {
    for length in [10_000, 1_000_000, 1_048_500, 1_100_000, 3_000_000] {
        let answer = script::answer(400, error_text(length));
        let whole = whole(&by(Mode::Call), &answer);
        for size in [16_384, 1_000_000] {
            let cut = in_pieces(&by(Mode::Call), &answer, in_sizes(&answer.body, size));
            let told = |seen: &Seen| match seen {
                Seen::Failed {
                    kind, text, body, ..
                } => (*kind, text.clone(), body.len()),
                seen => panic!("{seen:?}"),
            };
            assert_eq!(told(&whole), told(&cut), "{length} bytes by {size}");
        }
    }
}

/// The error object at the end of a long body is found however it came.
#[test]
fn cuts_do_not_change_long_broken_answers() {
    let object = r#"{"requestId":"r","code":"TimeLimitExceededException","detailedMessage":"m"}"#;
    for length in [60_000, 65_536, 300_000] {
        let body = format!(r#"{{"ids":["{}",{object}"#, "x".repeat(length));
        let answer = script::answer(200, body);
        let whole = whole(&by(Mode::Call), &answer);
        let kind = ErrorKind::Service(ExceptionKind::TimeLimitExceededException);
        assert!(
            matches!(&whole, Seen::Failed { kind: k, .. } if *k == kind),
            "{whole:?}"
        );
        for size in [1, 1000, 65_536] {
            let cut = in_pieces(&by(Mode::Call), &answer, in_sizes(&answer.body, size));
            assert_eq!(whole, cut, "{length} bytes by {size}");
        }
    }
}
