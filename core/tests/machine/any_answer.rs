//! No answer causes a panic, and both ways to read an answer agree.

use bytes::Bytes;
use neptunedata::{
    Call, CallOptions, ErrorKind, Operation,
    catalog::OPERATIONS,
    dynamic,
    engine::GetEngineStatus,
    error::Cause,
    machine::{Input, Io, Machine, Step},
    ml::{
        CancelMlModelTrainingJob, GetMlModelTrainingJob, ListMlModelTrainingJobs,
        StartMlModelTrainingJob,
    },
};
use proptest::{collection::vec, prelude::*, test_runner::Config};

use super::{
    answers::{Answer, answer, json},
    inputs::start,
    subject::{Mode, Plan},
};
use crate::script;

fn kind(cause: &Cause) -> ErrorKind {
    match cause {
        Cause::Service(error) => ErrorKind::Service(error.kind),
        Cause::Decode(_) => ErrorKind::Decode,
        cause => panic!("an answer cannot cause {cause:?}"),
    }
}

/// One attempt by the machine, and the answer read by the bare function.
fn read<O>(operation: &O, answer: &Answer) -> Result<(), TestCaseError>
where
    O: Operation,
    O::Output: std::fmt::Debug + PartialEq,
{
    let plan = Plan::unsigned(Mode::Call);
    let options = CallOptions::new().max_attempts(1);
    let mut call = Call::with_options(&plan.session(), operation, &options, 1);
    let step = call.resume(Input::Next, start());
    prop_assert!(matches!(step, Step::Io(Io::Send(_))));
    let step = call.resume(
        Input::Response(answer.whole(), answer.trailers.clone()),
        start(),
    );
    let Step::Done(called) = step else {
        return Err(TestCaseError::fail(format!("{step:?}")));
    };
    let response = answer.whole();
    let bare = neptunedata::response::<O>(&response);
    if let Err(cause) = &bare {
        prop_assert!(cause.to_string().len() < 8_000);
    }
    let by_name = dynamic::response(O::INFO.name, &response);
    prop_assert_eq!(by_name.is_ok(), bare.is_ok());

    // Trailers and announced lengths are the machine's alone, and what it inflates loses its header.
    let coded = cfg!(feature = "gzip") && answer.headers.contains_key("content-encoding");
    if coded || !answer.trailers.is_empty() || answer.headers.contains_key("content-length") {
        return Ok(());
    }
    match (called, bare) {
        (Ok(answered), Ok(output)) => {
            prop_assert_eq!(answered.output, output);
            prop_assert_eq!(&answered.body, &answer.body);
            prop_assert_eq!(&answered.meta.headers, &answer.headers);
            prop_assert_eq!(answered.meta.status, answer.status);
        }
        (Err(error), Err(cause)) => {
            prop_assert_eq!(error.kind(), kind(&cause));
            let (name, told) = (format!("{}: ", error.operation()), cause.to_string());
            let told = told.strip_prefix(&name).unwrap_or(&told);
            prop_assert!(error.to_string().contains(told));
            let meta = error.meta().expect("the answer's");
            prop_assert_eq!(meta.status, answer.status);
            prop_assert_eq!(&meta.headers, &answer.headers);
            prop_assert_eq!(error.body(), &answer.body);
        }
        (called, bare) => {
            let disagree = format!("the call: {called:?}, the function: {bare:?}");
            return Err(TestCaseError::fail(disagree));
        }
    }
    Ok(())
}

fn read_by_all(answer: &Answer) -> Result<(), TestCaseError> {
    read(&GetMlModelTrainingJob::new("a"), answer)?;
    read(&CancelMlModelTrainingJob::new("a"), answer)?;
    read(&ListMlModelTrainingJobs::new(), answer)?;
    read(&GetEngineStatus::new(), answer)?;
    let start = StartMlModelTrainingJob::new("p".into(), "s3://bucket/".into());
    read(&start, answer)
}

proptest! {
    #![proptest_config(Config { cases: 1_000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_answer_is_read(answer in answer()) {
        read_by_all(&answer)?;
    }

    #[test]
    fn any_json_is_read(status in 100_u16..=999, json in json()) {
        let answer = script::answer(status, json.to_string());
        read_by_all(&answer)?;
        let success = Answer { status: http::StatusCode::OK, ..answer };
        read_by_all(&success)?;
    }

    #[test]
    fn any_bytes_are_read_under_any_name(
        body in vec(any::<u8>(), 0..200),
        name in "[A-Za-z]{0,30}",
    ) {
        let response = http::Response::new(Bytes::from(body));
        for info in OPERATIONS {
            let _ = dynamic::response(info.name, &response);
        }
        if dynamic::info(&name).is_none() {
            prop_assert!(matches!(dynamic::response(&name, &response), Err(Cause::Encode(_))));
        }
    }
}

/// Nesting without end is refused like other nonsense.
#[test]
fn deep_nesting_is_read() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        for depth in [100, 127, 128, 129, 100_000] {
            let nested = format!("{}0{}", open.repeat(depth), close.repeat(depth));
            for status in [200, 400, 500] {
                read_by_all(&script::answer(status, nested.clone())).expect("read");
            }
        }
    }
}
