//! The events that both clients report to `tracing`. In a process of their own: an event that another test reports for
//! the first time while a subscriber is being set can stay disabled.

#![allow(missing_docs)]

use std::{
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex},
    time::Duration,
};

use neptunedata::{CallOptions, engine::GetEngineStatus};
use neptunedata_tests::{
    client::{Driver, quick},
    raw_server::RawServer,
};
use tracing::{Metadata, Subscriber, field, span};

/// A time limit that is reached.
const SHORT: Duration = Duration::from_millis(150);

/// Collects the events with the target `neptunedata`, each as its message and fields.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

struct Fields(String);

impl field::Visit for Fields {
    fn record_debug(&mut self, field: &field::Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.0.insert_str(0, &format!("{value:?}:")),
            "operation" => {}
            name => write!(self.0, " {name}={value:?}").unwrap(),
        }
    }
}

impl Subscriber for Events {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "neptunedata"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// The events of what happens on this thread, without the length of waits.
fn events(call: impl FnOnce()) -> Vec<String> {
    let events = Events::default();
    tracing::subscriber::with_default(events.clone(), call);
    let events = events.0.lock().unwrap();
    let without_wait = |event: &String| match event.split_once(" wait=") {
        Some((message, _)) => message.to_owned(),
        None => event.clone(),
    };
    events.iter().map(without_wait).collect()
}

#[test]
fn a_success() {
    let server = RawServer::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    for driver in Driver::ALL {
        let client = driver.client(&server.url(), quick());
        let seen = events(|| drop(client.send(&GetEngineStatus::new()).unwrap()));
        let expected = [
            "sending: attempt=1 fresh=false",
            "response started: attempt=1 status=200",
            "succeeded:",
        ];
        assert_eq!(seen, expected, "{driver}");
    }
}

#[test]
fn an_attempt_that_times_out_has_failed() {
    let server = RawServer::silent();
    for driver in Driver::ALL {
        let client = driver.client(&server.url(), quick());
        let options = CallOptions::new().attempt_timeout(SHORT).max_attempts(2);
        let read = GetEngineStatus::new();
        let seen = events(|| drop(client.call(&read, options).unwrap_err()));
        let expected = [
            "sending: attempt=1 fresh=false",
            "attempt failed: attempt=1 kind=Timeout sent=Maybe",
            "waiting for the next attempt:",
            "sending: attempt=2 fresh=true",
            "attempt failed: attempt=2 kind=Timeout sent=Maybe",
            "failed: kind=Transport(Timeout) attempts=2 may_have_executed=true",
        ];
        assert_eq!(seen, expected, "{driver}");

        // The time of the whole call is over.
        let options = CallOptions::new().timeout(SHORT);
        let seen = events(|| drop(client.call(&read, options).unwrap_err()));
        let expected = [
            "sending: attempt=1 fresh=false",
            "attempt failed: attempt=1 kind=Timeout sent=Maybe",
            "failed: kind=Transport(Deadline) attempts=1 may_have_executed=true",
        ];
        assert_eq!(seen, expected, "{driver}");
    }
}
