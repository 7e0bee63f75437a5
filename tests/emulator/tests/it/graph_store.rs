//! The Graph Store Protocol without an engine.

use http::Method;
use neptunedata_emulator::{Emulator, QueryKind, QueryScript};

use crate::support::{Ask, MISSING, bad, delete, get, media_type, send};

#[test]
fn requests_are_understood() {
    let mut neptune = Emulator::default();
    let turtle = "<urn:s> <urn:p> <urn:o> .";
    for (request, operation, text, status) in [
        (get("/sparql/gsp/?default"), "GetGraph", "GET default", 200),
        (get("/sparql/gsp?default="), "GetGraph", "GET default", 200),
        (
            send(
                Method::PUT,
                "/sparql/gsp/?graph=http%3A%2F%2Fg%3Fa%3Db",
                "text/turtle",
                turtle,
            ),
            "PutGraph",
            "PUT http://g?a=b",
            201,
        ),
        (
            send(
                Method::POST,
                "/sparql/gsp?graph=urn:g",
                "text/turtle",
                turtle,
            ),
            "PostGraph",
            "POST urn:g",
            204,
        ),
        (
            delete("/sparql/gsp/?graph=urn:g"),
            "DeleteGraph",
            "DELETE urn:g",
            204,
        ),
    ] {
        let answered = neptune.answer(request).status().as_u16();
        let entry = neptune.last();
        assert_eq!((entry.operation, answered), (Some(operation), status));
        let query = entry.query.as_ref().expect("a query");
        assert_eq!(
            (query.text.as_str(), query.kind),
            (text, QueryKind::GraphStore)
        );
        if matches!(operation, "PutGraph" | "PostGraph") {
            assert_eq!(query.payload, turtle);
            assert_eq!(query.payload_type.as_deref(), Some("text/turtle"));
        }
    }
}

#[test]
fn scripts_answer() {
    let mut neptune = Emulator::default();
    let script = QueryScript::sparql().graph_store();
    let id = neptune.script(
        script
            .exact("GET default")
            .body("text/turtle", "<a:> <b:> <c:> ."),
    );
    let graph = neptune.answer(get("/sparql/gsp/?default"));
    assert_eq!(media_type(&graph), "text/turtle");
    assert_eq!(graph.body(), "<a:> <b:> <c:> .");
    assert_eq!(neptune.script_effects(id), 1);
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
    let untyped = crate::support::request(Method::PUT, "/sparql/gsp/?default");
    neptune.refuses(untyped, MISSING);
    let patch = crate::support::request(Method::PATCH, "/sparql/gsp/?default");
    assert_eq!(neptune.refused(patch).0, 405);
}
