//! The allocations of a request: counted, not timed, so the figure is the same on every machine.

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{Config, Emulator, Now, QueryScript};

/// The allocations of a request, after some of the same kind.
fn allocations(request: &Request<Bytes>) -> u64 {
    let mut neptune = Emulator::new(Config::default().log_limit(4));
    neptune.script(QueryScript::open_cypher().text(r#"{"results":[]}"#));
    let mut handle = |request| drop(neptune.handle(request, Now::at_unix(1_704_067_200)));
    (0..8).for_each(|_| handle(request.clone()));
    let request = request.clone();
    let counted = allocation_counter::measure(|| handle(request));
    println!("{} allocations", counted.count_total);
    assert!(counted.count_total > 0, "nothing was counted");
    counted.count_total
}

#[test]
fn status() {
    let request = Request::get("/status").header("host", "neptune");
    let request = request.body(Bytes::new()).unwrap();
    assert!(allocations(&request) <= 6);
}

#[test]
fn cancel_of_an_unknown_job() {
    let request = Request::delete("/ml/modeltraining/job?clean=true").header("host", "neptune");
    let request = request.body(Bytes::new()).unwrap();
    assert!(allocations(&request) <= 29);
}

#[test]
fn query_with_a_script() {
    let request = Request::post("/openCypher")
        .header("host", "neptune")
        .header("content-type", "application/x-www-form-urlencoded");
    let request = request
        .body(Bytes::from_static(b"query=MATCH+%28n%29+RETURN+n"))
        .unwrap();
    assert!(allocations(&request) <= 32);
}
