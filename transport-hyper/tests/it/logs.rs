//! What is logged at the most talkative level, and what never is.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use neptunedata_emulator::{Config, Emulator, Identity, Planned, Server};
use neptunedata_hyper::{Client, Credentials};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use crate::support::*;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0.lock().unwrap(), " {field}={value:?}").unwrap();
    }
}

impl Log {
    fn line(&self, metadata: &Metadata<'_>) {
        let (target, name) = (metadata.target(), metadata.name());
        write!(self.0.lock().unwrap(), "\n{target} {name}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata());
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.line(event.metadata());
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn attempts_are_logged_and_secrets_are_not() {
    let identity = Identity::new(ACCESS_KEY, SECRET_KEY).session_token("c4n4ry-token");
    let config = Config::default().identity(identity).region(REGION);
    let server = Server::start(Emulator::new(config)).unwrap();
    let client = Client::builder(endpoint(server.address()))
        .credentials_from(|_| async {
            Ok(Credentials::new(ACCESS_KEY, SECRET_KEY).with_session_token("c4n4ry-token"))
        })
        .options(quick())
        .build()
        .unwrap();
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    let write = start("c4n4ry-id");
    let call = client.call(&write).extra_query("q", "c4n4ry-query");
    call.send().await.unwrap();
    server.with(|emulator| emulator.fail_next(Planned::executed_but_closed()));
    client.send(&status()).await.unwrap();
    drop(guard);

    let text = log.0.lock().unwrap().clone();
    for there in [
        "operation=\"StartMLModelTrainingJob\"",
        "attempt=1",
        "attempt=2",
        "status=200",
        "kind=Closed",
        "sent=Maybe",
    ] {
        assert!(text.contains(there), "{there} is not in {text}");
    }
    for secret in ["c4n4ry", SECRET_KEY, ACCESS_KEY, "Signature="] {
        assert!(!text.contains(secret), "{secret} is in {text}");
        assert!(!format!("{client:?}").contains(secret));
    }
}
