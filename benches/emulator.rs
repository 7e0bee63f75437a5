//! The emulator: its server over loopback, compared with hyper's own server and a constant body; and its graph engine.

use std::time::Instant;

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{Config, Emulator, Now};
use serde_json::json;

use crate::{
    Size,
    load::hyper_calls,
    process::Server,
    row::{
        Row,
        Target::{AtLeast, AtMost},
    },
};

pub(crate) fn rows(size: Size) -> Vec<Row> {
    let server = Row::ratio(
        "emulator's server, 64 in flight",
        "calls/s",
        "hyper's server",
        AtLeast(0.85),
        move || {
            let calls = |server: std::rc::Rc<Server>| {
                let status = Request::get(format!("{}/status", server.endpoint));
                hyper_calls(size, 64, &server, status.body(Bytes::new()).unwrap())
            };
            (calls(Server::emulator()), calls(Server::hyper(0)))
        },
    );
    let count = if size == Size::Short { 10 } else { 1000 };
    // The target is that of the dev profile, in which testers run the emulator.
    let merge = Row::count(
        "emulator: 1,000 nodes and 1,000 edges by UNWIND and MERGE",
        "s",
        AtMost(2.0),
        move || Box::new(move || merge(count)),
    );
    vec![server, merge]
}

/// Stores so many nodes and edges by id, and returns the seconds that it took.
fn merge(count: usize) -> f64 {
    let id = |number: usize| format!("n{}", number % count);
    let rows = (0..count).map(|number| json!({ "id": id(number), "to": id(number + 1) }));
    let parameters = json!({ "rows": rows.collect::<Vec<_>>() }).to_string();
    let mut neptune = Emulator::new(Config::default().graph_engine(true));
    let start = Instant::now();
    for query in [
        "UNWIND $rows AS row MERGE (n:Item {`~id`: row.id}) SET n.name = row.id",
        "UNWIND $rows AS row MATCH (a {`~id`: row.id}), (b {`~id`: row.to}) MERGE (a)-[:NEXT]->(b)",
    ] {
        let body = json!({ "query": query, "parameters": parameters }).to_string();
        let request = Request::post("/opencypher")
            .header("content-type", "application/json")
            .body(Bytes::from(body))
            .unwrap();
        let response = neptune.handle(request, Now::at_unix(0));
        assert_eq!(response.response().unwrap().status(), 200);
    }
    start.elapsed().as_secs_f64()
}
