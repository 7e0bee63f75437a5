//! The cluster that the tests call, and its clients.

use std::time::{Duration, SystemTime};

use neptunedata::{retry::RetryPolicy, serde_json::json};
use neptunedata_emulator::{
    Change, ChangeStream, Config, Emulator, LoadScript, Now, QueryScript, Server, ServerOptions,
    SignatureCheck,
};
use neptunedata_tests::client::{Client, Driver, quick};
use neptunedata_tests::scenarios::{Keys, Setting};

/// How long a test waits for an event that should happen soon.
pub(crate) const WAIT_LIMIT: Duration = Duration::from_secs(20);

/// The clock of this server changes only when a step advances it.
pub(crate) fn server() -> Server {
    let keys = Setting::default().credentials;
    let config = Config::default()
        .iam(keys.access_key_id(), keys.secret_access_key(), "us-east-1")
        .streams(true);
    let mut emulator = Emulator::new(config);
    let now = Now::new(SystemTime::now(), Duration::ZERO);
    let label = json!({ "value": "person", "dataType": "String" });
    let added = json!({ "id": "v1", "type": "vl", "key": "label", "value": label });
    emulator.append_commit(ChangeStream::PropertyGraph, [Change::add(added)], now);
    let added = json!({ "stmt": "<http://s> <http://p> <http://o> .\n" });
    emulator.append_commit(ChangeStream::Sparql, [Change::add(added)], now);
    let failing = LoadScript::failing("LOAD_FAILED");
    emulator.next_load(failing.error("PARSING_ERROR", "No column ~id.", "s3://bucket/1.csv", 7));
    for script in scripts() {
        emulator.script(script);
    }
    let wall = now.wall;
    let clock = move || Now::new(wall, Duration::ZERO);
    ServerOptions::new().clock(clock).start(emulator).unwrap()
}

pub(crate) fn client(driver: Driver, server: &Server, keys: Keys) -> Client {
    // A refusal is one answer, whatever it says about trying again.
    let options = quick().retry_policy(RetryPolicy::never());
    Setting::default()
        .client(driver, &server.endpoint(), options, keys)
        .unwrap()
}

pub(crate) fn verified() -> SignatureCheck {
    SignatureCheck::Verified {
        access_key: Setting::default().credentials.access_key_id().to_owned(),
    }
}

/// What queries are answered with.
fn scripts() -> Vec<QueryScript> {
    let hour = Duration::from_secs(3600);
    let languages = [
        QueryScript::gremlin,
        QueryScript::open_cypher,
        QueryScript::sparql,
    ];
    let mut scripts = Vec::new();
    for language in languages {
        scripts.push(language().containing("slow").lasting(hour));
        for of_kind in [
            |script| script,
            QueryScript::explain,
            QueryScript::profile,
            QueryScript::graph_store,
        ] {
            let wrong = of_kind(language()).containing("wrong");
            scripts.push(wrong.error("MalformedQueryException", "It is not understood."));
        }
    }
    let person = || json!({ "name": "Ada", "born": 1815 });
    let term = json!({ "type": "literal", "value": "Ada" });
    let triples = "<http://s> <http://p> <http://o> .\n";
    scripts.extend([
        QueryScript::gremlin()
            .containing("valueMap")
            .rows([person()]),
        QueryScript::gremlin().explain().text("The plan."),
        QueryScript::gremlin().profile().text("The profile."),
        QueryScript::open_cypher()
            .containing("MATCH")
            .rows([person()]),
        QueryScript::open_cypher().explain().text("The plan."),
        QueryScript::sparql()
            .containing("SELECT")
            .rows([json!({ "name": term })]),
        QueryScript::sparql().containing("INSERT").rows([]),
        QueryScript::sparql().explain().text("The plan."),
        QueryScript::sparql()
            .graph_store()
            .containing("GET")
            .body("application/n-triples", triples),
    ]);
    scripts
}
