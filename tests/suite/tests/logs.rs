//! What `tracing` receives: operations, numbers and kinds, and never a secret, a query or a body. In a process of its
//! own: calls of other tests on other threads would decide which events are of interest.

#![allow(missing_docs)]

use std::{
    fmt::{self, Write},
    sync::{Arc, Mutex},
};

use neptunedata::{
    CallOptions, Credentials, Endpoint,
    engine::GetEngineStatus,
    ml::{DataProcessingJobId, StartMlModelTrainingJob},
    types::S3Uri,
};
use neptunedata_emulator::{Config, Emulator, Identity, Planned, Server};
use neptunedata_tests::client::{Driver, quick};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

const ACCESS_KEY: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const REGION: &str = "us-east-1";

/// Each span and event, as a line.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Log {
    fn line(&self, metadata: &Metadata<'_>, record: impl FnOnce(&mut Line)) {
        let mut line = Line(format!("{} {}", metadata.target(), metadata.name()));
        record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.line(event.metadata(), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn attempts_are_logged_and_secrets_are_not() {
    for driver in Driver::ALL {
        let identity = Identity::new(ACCESS_KEY, SECRET_KEY).session_token("c4n4ry-token");
        let config = Config::default().identity(identity).region(REGION);
        let server = Server::start(Emulator::new(config)).unwrap();
        let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
        let client = driver
            .builder(endpoint.with_region(REGION).unwrap())
            .credentials_from(|_| {
                let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY);
                Ok(credentials.with_session_token("c4n4ry-token"))
            })
            .options(quick())
            .build()
            .unwrap();
        let write = StartMlModelTrainingJob::new(
            DataProcessingJobId::new("c4n4ry-processing"),
            S3Uri::new("s3://c4n4ry/"),
        );
        let read = GetEngineStatus::new();
        let log = Log::default();
        tracing::subscriber::with_default(log.clone(), || {
            let secret_query = CallOptions::new().extra_query("query", "c4n4ry-query");
            client.call(&write.id("c4n4ry-id"), secret_query).unwrap();
            server.with(|emulator| emulator.fail_next(Planned::executed_but_closed()));
            client.send(&read).unwrap();
            let refused = Planned::error("ParsingException", "c4n4ry");
            server.with(|emulator| emulator.fail_next(refused));
            client.send(&read).unwrap_err();
        });

        let lines = log.0.lock().unwrap().clone();
        let mut rest = &lines[..];
        for expected in [
            &["operation=\"StartMLModelTrainingJob\""][..],
            &["status=200"],
            &["operation=\"GetEngineStatus\""],
            &["kind=Closed", "sent=Maybe"],
            &["attempt=2"],
            &["operation=\"GetEngineStatus\""],
            &["status=400"],
            &[
                "kind=Service(ParsingException)",
                "attempts=1",
                "may_have_executed=false",
            ],
        ] {
            let is_it = |line: &String| expected.iter().all(|field| line.contains(field));
            let at = rest.iter().position(is_it);
            let at = at.unwrap_or_else(|| panic!("{driver}: no {expected:?} in {lines:#?}"));
            rest = &rest[at..];
        }
        let text = lines.concat() + &format!("{client:?}");
        for secret in ["c4n4ry", SECRET_KEY, ACCESS_KEY, "Signature="] {
            assert!(!text.contains(secret), "{driver}: {secret} is in {text}");
        }
    }
}
