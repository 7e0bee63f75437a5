//! Machines in boxes, by reference and mapped: the same steps, times and cancellations.

use std::{cell::RefCell, rc::Rc};

use http::HeaderMap;
use neptunedata::{
    Call, CallOptions, CallOutput, Effect, TransportError,
    gremlin::{ExecuteGremlinQuery, ExecuteGremlinQueryOutput},
    machine::{BodyEvent, Exchange, Input, Io, Machine, Step},
    ml::GetMlModelTrainingJob,
    transport::{Sent, TransportErrorKind},
};

use super::{
    inputs::start,
    subject::{Mode, Plan},
};

fn plan() -> Plan {
    Plan {
        max_attempts: 3,
        max_body_bytes: 1000,
        ..Plan::unsigned(Mode::Call)
    }
}

fn query() -> Call<ExecuteGremlinQuery> {
    let options = CallOptions::new()
        .effect(Effect::Read)
        .cancel_on_abandon(true)
        .timeout(std::time::Duration::from_secs(60));
    let query = ExecuteGremlinQuery::new("g.V()");
    Call::with_options(&plan().session(), &query, &options, 42)
}

/// Everything that can be seen of a machine that loses an attempt and then succeeds.
fn life<M>(mut machine: M) -> Vec<String>
where
    M: Machine<Output = CallOutput<ExecuteGremlinQueryOutput>>,
{
    let mut seen = Vec::new();
    let mut now = start();
    let lost = TransportError::new(TransportErrorKind::Other, Sent::Maybe);
    let body = r#"{"requestId":"1","status":{"code":200},"result":{"data":[],"meta":{}}}"#;
    for input in [
        Input::Next,
        Input::Sending(Some(([127, 0, 0, 1], 8182).into())),
        Input::Head(http::Response::new(()).into_parts().0),
        Input::Next,
        Input::Failure(lost),
        Input::Wake(Sent::No),
        Input::Response(http::Response::new(body.into()), HeaderMap::new()),
    ] {
        if matches!(input, Input::Wake(_)) {
            now.mono = machine.wake_at().expect("a pause");
        }
        let step = machine
            .resume(input, now)
            .map(|_| "an item", |answered| answered.output);
        seen.push(format!("{step:?} {:?}", machine.wake_at()));
        let abandoned = machine.abandoned().map(|query| query.peer);
        seen.push(format!("{abandoned:?}"));
    }
    seen
}

/// The query in progress when the machine is dropped.
fn abandoned<M: Machine>(mut machine: M) -> Option<std::net::SocketAddr> {
    let step = machine.resume(Input::Next, start());
    assert!(matches!(step, Step::Io(Io::Send(_))));
    let peer = Some(([127, 0, 0, 1], 8182).into());
    let step = machine.resume(Input::Sending(peer), start());
    assert!(matches!(step, Step::Io(Io::Continue)));
    machine.abandon();
    machine.abandoned()?.peer
}

#[test]
fn boxes_and_references_abandon_the_machine() {
    assert!(abandoned(query()).is_some());
    assert!(abandoned(&mut query()).is_some());
    assert!(abandoned(Box::new(query())).is_some());
    assert!(abandoned(query().map(|never| never, |answered| answered)).is_some());
}

#[test]
fn boxes_and_references_are_the_machine() {
    let expected = life(query());
    assert!(expected.iter().any(|seen| seen.contains("8182")));
    assert!(expected.iter().any(|seen| seen.starts_with("Misuse")));
    assert!(expected.iter().any(|seen| seen.starts_with("Io(Wait)")));
    assert!(expected.iter().any(|seen| seen.starts_with("Done(Ok(")));
    assert_eq!(life(&mut query()), expected);
    assert_eq!(life(Box::new(query())), expected);
    let boxed: Box<
        dyn Machine<Item = std::convert::Infallible, Output = CallOutput<ExecuteGremlinQueryOutput>>,
    > = Box::new(query());
    assert_eq!(life(boxed), expected);
    assert_eq!(
        life(query().map(|never| never, |answered| answered)),
        expected
    );
    let mut boxed = Box::new(query());
    assert_eq!(life(&mut boxed), expected);
}

/// Items and the output are mapped, each once.
#[test]
fn mapped_machines() {
    let counts = Rc::new(RefCell::new((0, 0)));
    let get = GetMlModelTrainingJob::new("job-1");
    let exchange = Exchange::streaming(&plan().session(), &get, &CallOptions::new(), 1);
    let mut machine = exchange.map(
        |part| {
            counts.borrow_mut().0 += 1;
            match part {
                BodyEvent::Head(head) => head.status.as_u16().to_string(),
                BodyEvent::Chunk(chunk) => format!("{chunk:?}"),
            }
        },
        |answered| {
            counts.borrow_mut().1 += 1;
            answered.meta.attempts
        },
    );
    assert!(format!("{machine:?}").starts_with("Map"));
    let (head, ()) = http::Response::new(()).into_parts();
    let mut items = Vec::new();
    let mut inputs = vec![
        Input::End(HeaderMap::new()),
        Input::Chunk("{}".into()),
        Input::Head(head),
    ];
    let mut input = Input::Next;
    let attempts = loop {
        input = match machine.resume(input, start()) {
            Step::Io(Io::Send(_) | Io::Receive) => inputs.pop().expect("an input"),
            Step::Item(item) => {
                items.push(item);
                Input::Next
            }
            Step::Done(result) => break result.expect("a success"),
            step => panic!("{step:?}"),
        };
    };
    assert_eq!(items, ["200", r#"b"{}""#]);
    assert_eq!(attempts, 1);
    assert_eq!(*counts.borrow(), (2, 1));
}

/// Calls of several operations in one collection.
#[test]
fn a_collection_of_machines() {
    let session = plan().session();
    let get = Call::new(&session, &GetMlModelTrainingJob::new("job-1"), 1);
    let mut machines: Vec<Box<dyn Machine<Item = (), Output = u32>>> = vec![
        Box::new(get.map(|never| match never {}, |answered| answered.meta.attempts)),
        Box::new(query().map(|never| match never {}, |answered| answered.meta.attempts)),
    ];
    for machine in &mut machines {
        let step = machine.resume(Input::Next, start());
        assert!(matches!(step, Step::Io(Io::Send(_))), "{step:?}");
        let step = machine.resume(Input::Next, start());
        assert!(matches!(step, Step::Misuse(_)), "{step:?}");
    }
    assert_eq!(machines[0].wake_at(), None);
    assert!(machines[1].wake_at().is_some());
}
