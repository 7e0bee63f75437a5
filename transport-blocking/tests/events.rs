//! What `tracing` gets to see: names, numbers and kinds.

#![cfg(feature = "tracing")]
#![allow(missing_docs)]

use std::{
    fmt::{self, Write},
    sync::{Arc, Mutex},
};

use neptunedata_blocking::{Client, Credentials, Endpoint, engine::GetEngineStatus};
use neptunedata_emulator::{Config, Emulator, Identity, Planned, Server};
use tracing::{Event, Metadata, Subscriber, field, span};

#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl field::Visit for Line {
    fn record_debug(&mut self, field: &field::Field, value: &dyn fmt::Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(format!("{}: ", event.metadata().target()));
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[test]
fn calls_and_attempts_are_events_without_anything_private() {
    let identity = Identity::new("AKIDEXAMPLE", "c4n4ry-secret").session_token("c4n4ry-token");
    let config = Config::default().identity(identity).region("us-east-1");
    let server = Server::start(Emulator::new(config)).unwrap();
    let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
    let credentials =
        Credentials::new("AKIDEXAMPLE", "c4n4ry-secret").with_session_token("c4n4ry-token");
    let client = Client::new(endpoint.with_region("us-east-1").unwrap(), credentials).unwrap();

    let collector = Collector::default();
    tracing::subscriber::with_default(collector.clone(), || {
        server.with(|emulator| emulator.fail_next(Planned::close()));
        let status = GetEngineStatus::new();
        let call = client.call(&status).extra_query("query", "c4n4ry-query");
        call.send().unwrap();
        server.with(|emulator| emulator.fail_next(Planned::error("ParsingException", "c4n4ry")));
        client.send(&status).unwrap_err();
    });
    let lines = collector.0.lock().unwrap();
    let expected = [
        "neptunedata: message=sending operation=\"GetEngineStatus\" attempt=1 fresh=false ",
        "neptunedata: message=attempt failed operation=\"GetEngineStatus\" attempt=1 kind=Closed sent=Maybe ",
        "neptunedata: message=waiting for the next attempt operation=\"GetEngineStatus\" wait=",
        "neptunedata: message=sending operation=\"GetEngineStatus\" attempt=2 fresh=true ",
        "neptunedata: message=response started operation=\"GetEngineStatus\" attempt=2 status=200 ",
        "neptunedata: message=succeeded operation=\"GetEngineStatus\" ",
        "neptunedata: message=sending operation=\"GetEngineStatus\" attempt=1 fresh=false ",
        "neptunedata: message=response started operation=\"GetEngineStatus\" attempt=1 status=400 ",
        "neptunedata: message=failed operation=\"GetEngineStatus\" kind=Service(ParsingException) attempts=1 may_have_executed=false ",
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}");
    }
    assert!(!lines.concat().contains("c4n4ry"), "{lines:#?}");
}
