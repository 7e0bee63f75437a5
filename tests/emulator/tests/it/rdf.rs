//! SPARQL and the Graph Store Protocol on a real engine.

use bytes::Bytes;
use http::{Method, Request};
use neptunedata_emulator::{Config, Emulator, QueryScript, Role};
use serde_json::Value;

use crate::support::{
    Ask, BAD_REQUEST, Code, INVALID, MALFORMED, READ_ONLY, UNSUPPORTED, assert_contains, body_text,
    delete, encoded, form, get, header, media_type, send, with_header,
};

const NOT_FOUND: Code = (404, "ResourceNotFoundException");
const FALLBACK: &str = "http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph";

fn emulator() -> Emulator {
    Emulator::new(Config::default().rdf_engine(true))
}

pub(crate) fn query(text: &str) -> Request<Bytes> {
    get(&format!("/sparql?query={}", encoded(text)))
}

/// A request for an update, with these parameters in addition.
pub(crate) fn update_with(text: &str, parameters: &str) -> Request<Bytes> {
    form("/sparql", &format!("update={}{parameters}", encoded(text)))
}

pub(crate) fn update(neptune: &mut Emulator, text: &str) {
    let done = neptune.ask(update_with(text, ""));
    assert_eq!(done[1]["type"], "Commit");
}

/// Checks the values of `?x`, in the order of the alphabet.
#[track_caller]
pub(crate) fn check_values(neptune: &mut Emulator, text: &str, expected: &[&str]) {
    let results = neptune.ask(query(text));
    assert_eq!(values(&results), expected, "{text}");
}

fn values(results: &Value) -> Vec<&str> {
    let rows = results["results"]["bindings"].as_array().expect("rows");
    let values = rows.iter().map(|row| row["x"]["value"].as_str());
    let mut values: Vec<&str> = values.map(|value| value.expect("a value")).collect();
    values.sort();
    values
}

/// Triples of three graphs, one of them in two.
fn filled() -> Emulator {
    let mut neptune = emulator();
    update(
        &mut neptune,
        "INSERT DATA { <urn:s> <urn:p> 'none', 'shared' . GRAPH <urn:a> { <urn:s> <urn:p> 'a', 'shared' } } ; \
         INSERT DATA { GRAPH <urn:b> { <urn:s> <urn:p> 'b' } }",
    );
    neptune
}

#[test]
fn select_over_the_union_of_all_graphs() {
    let mut neptune = filled();
    let all = "SELECT ?x { <urn:s> <urn:p> ?x }";
    let graphs = "SELECT DISTINCT ?x { GRAPH ?x { ?s ?p ?o } }";
    let thing = "http://aws.amazon.com/neptune/default/thing";
    for (text, expected) in [
        (all, &["a", "b", "none", "shared"][..]),
        ("SELECT ?x { GRAPH <urn:a> { ?s ?p ?x } }", &["a", "shared"]),
        ("SELECT ?x FROM <urn:b> { ?s ?p ?x }", &["b"]),
        (graphs, &[FALLBACK, "urn:a", "urn:b"]),
        ("SELECT ?x { BIND(<thing> AS ?x) }", &[thing]),
    ] {
        check_values(&mut neptune, text, expected);
    }

    // Datasets of the protocol.
    let with = |parameters: &str, text: &str| {
        get(&format!("/sparql?query={}&{parameters}", encoded(text)))
    };
    let two = "default-graph-uri=urn:a&default-graph-uri=urn:b";
    for (parameters, text, expected) in [
        ("default-graph-uri=urn:a", all, &["a", "shared"][..]),
        (two, all, &["a", "b", "shared"]),
        ("named-graph-uri=urn:b", graphs, &["urn:b"]),
        ("named-graph-uri=urn:b", all, &[]),
    ] {
        let results = neptune.ask(with(parameters, text));
        assert_eq!(values(&results), expected);
    }
    neptune.refuses(with("default-graph-uri=%20", all), INVALID);
}

#[test]
fn the_forms_of_results() {
    let mut neptune = filled();
    let mut in_form = |text: &str, accept: &str| {
        let answer = neptune.answer(with_header(query(text), "accept", accept));
        assert_eq!(answer.status(), 200, "{answer:?}");
        (media_type(&answer).to_owned(), body_text(&answer))
    };
    const XML: &str = "application/sparql-results+xml";
    const TSV: &str = "text/tab-separated-values;charset=UTF-8";
    let select = "SELECT ?x { GRAPH <urn:b> { ?s ?p ?x } }";
    let question = "ASK { ?s ?p 'a' }";
    let construct = "CONSTRUCT { <urn:x> <urn:y> ?o } WHERE { GRAPH <urn:b> { ?s ?p ?o } }";
    // One form a line.
    #[rustfmt::skip]
    let forms = [
        (select, "*/*", "application/sparql-results+json", "\"value\":\"b\""),
        (select, XML, XML, "<literal>b</literal>"),
        (select, "text/csv", "text/csv;charset=UTF-8", "x\r\nb"),
        (select, "foo/bar, text/tab-separated-values;q=0.5", TSV, "?x\n\"b\""),
        (question, "application/json", "application/json", "\"boolean\":true"),
        (question, XML, XML, "<boolean>true</boolean>"),
        (question, "text/boolean", "text/boolean;charset=UTF-8", "true"),
        (construct, "*/*", "application/n-quads", "urn:x"),
        (construct, "application/n-triples", "application/n-triples", "urn:x"),
        (construct, "text/turtle", "text/turtle;charset=UTF-8", "urn:x"),
        (construct, "application/trig", "application/trig", "urn:x"),
        (construct, "text/n3", "text/n3;charset=UTF-8", "urn:x"),
        (construct, "application/rdf+xml", "application/rdf+xml", "urn:x"),
        (construct, "application/ld+json", "application/ld+json", "urn:x"),
    ];
    for (text, accept, media_type, part) in forms {
        let (given, body) = in_form(text, accept);
        assert_eq!(given, media_type);
        assert_contains(&body, part);
    }
    let (_, constructed) = in_form(construct, "");
    assert_eq!(constructed, "<urn:x> <urn:y> \"b\" .\n");
    let (_, described) = in_form("DESCRIBE <urn:s>", "");
    assert_eq!(described.lines().count(), 4);
    let trix = with_header(query(construct), "accept", "application/trix");
    neptune.refuses(trix, UNSUPPORTED);
}

#[test]
fn answers_are_framed_as_others_are() {
    let mut neptune = filled();
    let answer = neptune.answer(query("ASK {}"));
    assert_eq!(header(&answer, "transfer-encoding"), "chunked");
    assert_eq!(answer.trailers["x-neptune-status"], "200 OK");
    // Where a script answers it does, and the rest is real.
    neptune.script(QueryScript::sparql().exact("ASK {}").boolean(false));
    assert_eq!(neptune.ask(query("ASK {}"))["boolean"], false);
    assert_eq!(neptune.ask(query("ASK { }"))["boolean"], true);
    neptune.reconfigure(|config| config.rdf_engine(false));
    assert_eq!(neptune.ask(query("ASK { }"))["boolean"], false);
}

#[test]
fn updates() {
    let mut neptune = filled();
    let all = "SELECT ?x { ?s ?p ?x }";
    let in_fallback = format!("SELECT ?x {{ GRAPH <{FALLBACK}> {{ ?s ?p ?x }} }}");
    // What is in no graph is in all.
    update(&mut neptune, "DELETE DATA { <urn:s> <urn:p> 'shared' }");
    check_values(&mut neptune, all, &["a", "b", "none"]);
    update(
        &mut neptune,
        "DELETE { ?s ?p ?o } INSERT { ?s ?p 'new' } WHERE { ?s ?p ?o FILTER(?o = 'b') }",
    );
    check_values(&mut neptune, all, &["a", "new", "none"]);
    check_values(&mut neptune, &in_fallback, &["new", "none"]);
    update(
        &mut neptune,
        "WITH <urn:a> DELETE { ?s ?p ?o } INSERT { ?s ?p 'with' } WHERE { ?s ?p ?o }",
    );
    check_values(&mut neptune, all, &["new", "none", "with"]);
    update(&mut neptune, "CLEAR DEFAULT");
    check_values(&mut neptune, all, &["with"]);

    // The graphs of the protocol.
    let copy = "INSERT { GRAPH <urn:copy> { ?s ?p ?o } } WHERE { ?s ?p ?o }";
    let copied = "SELECT ?x { GRAPH <urn:copy> { ?s ?p ?x } }";
    for (graph, expected) in [("urn:nothing", &[][..]), ("urn:a", &["with"])] {
        neptune.ask(update_with(copy, &format!("&using-graph-uri={graph}")));
        check_values(&mut neptune, copied, expected);
    }
    let own = "INSERT { ?s ?p 1 } USING <urn:a> WHERE { ?s ?p ?o }";
    neptune.refuses(update_with(own, "&using-graph-uri=urn:b"), BAD_REQUEST);

    // All or nothing.
    let broken = "INSERT DATA { <urn:s> <urn:p> 'half' } ; CLEAR GRAPH <urn:unknown>";
    neptune.refuses(update_with(broken, ""), BAD_REQUEST);
    check_values(
        &mut neptune,
        "SELECT ?x { ?s ?p ?x FILTER(?x = 'half') }",
        &[],
    );
    update(&mut neptune, "DELETE WHERE { ?s ?p ?o }");
    check_values(&mut neptune, all, &[]);

    neptune.refuses(update_with("INSERT", ""), MALFORMED);
    neptune.refuses(update_with("LOAD <urn:x>", ""), UNSUPPORTED);
    neptune.reconfigure(|config| config.role(Role::Reader));
    neptune.refuses(update_with("CLEAR ALL", ""), READ_ONLY);
}

#[test]
fn graphs_are_put_posted_read_and_deleted() {
    let mut neptune = emulator();
    let turtle = |method: Method, target: &str, body: &'static str| {
        send(method, target, "text/turtle", body)
    };
    let read = |neptune: &mut Emulator, target: &str| body_text(&neptune.answer(get(target)));
    let a = "/sparql/gsp/?graph=urn%3Aa";
    let default = "/sparql/gsp/?default";

    neptune.refuses(get(a), NOT_FOUND);
    for (request, status) in [
        (turtle(Method::PUT, a, "<urn:s> <urn:p> 1 ."), 201),
        (turtle(Method::PUT, a, "<urn:s> <urn:p> 'two' ."), 204),
        (turtle(Method::POST, a, "<urn:s> <urn:p> 'three' ."), 204),
        (
            turtle(Method::POST, default, "<urn:s> <urn:p> <rel> ."),
            201,
        ),
    ] {
        assert_eq!(neptune.answer(request).status(), status);
    }
    let of_a = "<urn:s> <urn:p> \"three\" .\n<urn:s> <urn:p> \"two\" .\n";
    assert_eq!(read(&mut neptune, a), of_a);
    // U10: the slash can be left out.
    assert_eq!(read(&mut neptune, "/sparql/gsp?graph=urn:a"), of_a);
    let in_fallback = format!("SELECT ?x {{ GRAPH <{FALLBACK}> {{ ?s ?p ?x }} }}");
    let resolved = "http://aws.amazon.com/neptune/default/rel";
    check_values(&mut neptune, &in_fallback, &[resolved]);
    assert_eq!(read(&mut neptune, default).lines().count(), 3);
    let as_turtle = neptune.answer(with_header(get(a), "accept", "text/turtle"));
    assert_eq!(media_type(&as_turtle), "text/turtle;charset=UTF-8");

    // Quads go to their own graphs, in addition to that of the URL.
    let (b, c) = ("/sparql/gsp/?graph=urn:b", "/sparql/gsp/?graph=urn:c");
    let quads = "<urn:s> <urn:p> \"url\" .\n<urn:s> <urn:p> \"own\" <urn:c> .\n";
    let quads = send(Method::PUT, b, "application/n-quads", quads);
    assert_eq!(neptune.answer(quads).status(), 201);
    assert_eq!(read(&mut neptune, b), "<urn:s> <urn:p> \"url\" .\n");
    assert_eq!(read(&mut neptune, c), "<urn:s> <urn:p> \"own\" .\n");

    assert_eq!(neptune.answer(delete(a)).status(), 204);
    neptune.refuses(delete(a), NOT_FOUND);
    for _ in 0..2 {
        assert_eq!(neptune.answer(delete(default)).status(), 204);
    }
    assert_eq!(neptune.executed("DeleteGraph"), 3);
    assert_eq!(neptune.executed("PutGraph"), 3);

    for request in [
        turtle(Method::PUT, a, "<urn:s> <urn:p>"),
        send(Method::PUT, a, "text/html", "<p>"),
        get("/sparql/gsp/?graph=%20"),
    ] {
        neptune.refuses(request, BAD_REQUEST);
    }
}

#[test]
fn what_cannot_be_parsed_is_malformed() {
    let mut neptune = emulator();
    for text in [
        "",
        "SELECT",
        "SELECT * { ?s ?p",
        "\u{1f980}",
        "INSERT DATA {}",
    ] {
        neptune.refuses(query(text), MALFORMED);
    }
    // As deep as it may be, and deeper.
    for (depth, whole) in [(62, true), (64, false), (100_000, false)] {
        let (open, closed) = ("(".repeat(depth), ")".repeat(depth));
        let text = encoded(&format!("ASK {{ FILTER{open}1{closed} }}"));
        let answer = neptune.answer(form("/sparql", &format!("query={text}")));
        assert_eq!(answer.status().is_success(), whole, "{depth}");
    }
    let chain = format!("ASK {{ FILTER({}) }}", vec!["1"; 200].join(" + "));
    assert_eq!(neptune.ask(query(&chain))["boolean"], true);
}

/// The real engine takes no time, but waits for its turn like any query.
#[test]
fn updates_that_are_cancelled_while_they_wait_do_nothing() {
    let mut neptune = Emulator::new(Config::default().rdf_engine(true).query_slots(1));
    let hour = std::time::Duration::from_secs(3600);
    neptune.script(QueryScript::gremlin().lasting(hour));
    neptune.pending(get("/gremlin?gremlin=g"));
    let id = "fb34cd3e-f37c-4d12-9cf2-03bb741bf54f";
    let insert = update_with(
        "INSERT DATA { <urn:s> <urn:p> 'x' }",
        &format!("&queryId={id}"),
    );
    let ticket = neptune.pending(insert);
    neptune.ask(form("/sparql/status", &format!("cancelQuery&queryId={id}")));
    assert_eq!(neptune.over(ticket).0, 500);
    let found = neptune.after(3600).ask(query("ASK { ?s ?p ?o }"));
    assert_eq!(found["boolean"], false);
}
