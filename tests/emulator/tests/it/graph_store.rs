//! The Graph Store Protocol without an engine.

use http::Method;
use neptunedata_emulator::{Emulator, QueryKind, QueryScript};

use crate::support::{Ask, MISSING, NOT_ALLOWED, bad, delete, get, media_type, request, send};

#[test]
fn requests_are_understood() {
    let mut neptune = Emulator::default();
    let turtle = "<urn:s> <urn:p> <urn:o> .";
    let write = |method, target| send(method, target, "text/turtle", turtle);
    let put = write(Method::PUT, "/sparql/gsp/?graph=http%3A%2F%2Fg%3Fa%3Db");
    let posted = write(Method::POST, "/sparql/gsp?graph=urn:g");
    let deleted = delete("/sparql/gsp/?graph=urn:g");
    for (request, operation, text, status) in [
        (get("/sparql/gsp/?default"), "GetGraph", "GET default", 200),
        (get("/sparql/gsp?default="), "GetGraph", "GET default", 200),
        (put, "PutGraph", "PUT http://g?a=b", 201),
        (posted, "PostGraph", "POST urn:g", 204),
        (deleted, "DeleteGraph", "DELETE urn:g", 204),
    ] {
        assert_eq!(neptune.answer(request).status(), status);
        let entry = neptune.last();
        assert_eq!(entry.operation, Some(operation));
        let query = entry.query.as_ref().expect("a query");
        assert_eq!(query.text, text);
        assert_eq!(query.kind, QueryKind::GraphStore);
        if matches!(operation, "PutGraph" | "PostGraph") {
            assert_eq!(query.payload, turtle);
            assert_eq!(query.payload_type.as_deref(), Some("text/turtle"));
        }
    }
}

#[test]
fn scripts_answer() {
    let mut neptune = Emulator::default();
    let script = QueryScript::sparql().graph_store().exact("GET default");
    let id = neptune.script(script.body("text/turtle", "<a:> <b:> <c:> ."));
    let graph = neptune.answer(get("/sparql/gsp/?default"));
    assert_eq!(media_type(&graph), "text/turtle");
    assert_eq!(graph.body(), "<a:> <b:> <c:> .");
    assert_eq!(neptune.script_completions(id), 1);
}

#[test]
fn rejected_requests() {
    let mut neptune = Emulator::default();
    let several = bad("Only one graph can be specified in the URL.");
    for target in [
        "?graph=urn:a&graph=urn:b",
        "?default&graph=urn:a",
        "?graph=",
        "?default&default",
    ] {
        let request = get(&format!("/sparql/gsp/{target}"));
        neptune.refuses_as(request, &several);
    }
    neptune.refuses(get("/sparql/gsp/"), MISSING);
    neptune.refuses(request(Method::PUT, "/sparql/gsp/?default"), MISSING);
    let patch = request(Method::PATCH, "/sparql/gsp/?default");
    neptune.refuses(patch, NOT_ALLOWED);
}
