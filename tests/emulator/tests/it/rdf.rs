//! SPARQL and the Graph Store Protocol on a real engine.

use bytes::Bytes;
use http::{Method, Request};
use neptunedata_emulator::{Config, Emulator, Outcome, QueryScript, Response, Role};
use serde_json::Value;

use crate::support::{
    Ask, BAD_REQUEST, MALFORMED, READ_ONLY, UNSUPPORTED, assert_contains, delete, form, get,
    media_type, now, send, with_header,
};

const FALLBACK: &str = "http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph";

fn emulator() -> Emulator {
    Emulator::new(Config::default().rdf_engine(true))
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn query(text: &str) -> Request<Bytes> {
    get(&format!("/sparql?query={}", encoded(text)))
}

fn update(neptune: &mut Emulator, text: &str) {
    let done = neptune.ask(form("/sparql", &format!("update={}", encoded(text))));
    assert_eq!(done[1]["type"], "Commit");
}

/// The values of `?x`, in the order of the alphabet.
fn values(neptune: &mut Emulator, text: &str) -> Vec<String> {
    values_of(&neptune.ask(query(text)))
}

fn values_of(results: &Value) -> Vec<String> {
    let rows = results["results"]["bindings"].as_array().expect("rows");
    let mut values: Vec<String> = rows
        .iter()
        .map(|row| row["x"]["value"].as_str().expect("a value").to_owned())
        .collect();
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

fn text(response: &Response) -> String {
    String::from_utf8(response.body().to_vec()).expect("UTF-8")
}

#[test]
fn select_over_the_union_of_all_graphs() {
    let mut neptune = filled();
    let all = "SELECT ?x { <urn:s> <urn:p> ?x }";
    let graphs = "SELECT DISTINCT ?x { GRAPH ?x { ?s ?p ?o } }";
    for (text, expected) in [
        (all, &["a", "b", "none", "shared"][..]),
        ("SELECT ?x { GRAPH <urn:a> { ?s ?p ?x } }", &["a", "shared"]),
        ("SELECT ?x FROM <urn:b> { ?s ?p ?x }", &["b"]),
        (graphs, &[FALLBACK, "urn:a", "urn:b"]),
        (
            "SELECT ?x { BIND(<thing> AS ?x) }",
            &["http://aws.amazon.com/neptune/default/thing"],
        ),
    ] {
        assert_eq!(values(&mut neptune, text), expected, "{text}");
    }

    // Datasets of the protocol.
    let with = |parameters: &str, text: &str| {
        get(&format!("/sparql?query={}&{parameters}", encoded(text)))
    };
    for (parameters, text, expected) in [
        ("default-graph-uri=urn:a", all, &["a", "shared"][..]),
        (
            "default-graph-uri=urn:a&default-graph-uri=urn:b",
            all,
            &["a", "b", "shared"],
        ),
        ("named-graph-uri=urn:b", graphs, &["urn:b"]),
        ("named-graph-uri=urn:b", all, &[]),
    ] {
        assert_eq!(values_of(&neptune.ask(with(parameters, text))), expected);
    }
    let (_, code, _) = neptune.refused(with("default-graph-uri=%20", all));
    assert_eq!(code, "InvalidParameterException");
}

#[test]
fn the_forms_of_results() {
    let mut neptune = filled();
    let in_form = |neptune: &mut Emulator, text: &str, accept: &'static str| {
        let answer = neptune.answer(with_header(query(text), "accept", accept));
        assert_eq!(answer.status(), 200, "{answer:?}");
        let media_type = answer.head.headers["content-type"]
            .to_str()
            .expect("text")
            .to_owned();
        (media_type, self::text(&answer))
    };
    const XML: &str = "application/sparql-results+xml";
    const TSV: &str = "text/tab-separated-values";
    let select = "SELECT ?x { GRAPH <urn:b> { ?s ?p ?x } }";
    let question = "ASK { ?s ?p 'a' }";
    let construct = "CONSTRUCT { <urn:x> <urn:y> ?o } WHERE { GRAPH <urn:b> { ?s ?p ?o } }";
    // One form a line.
    #[rustfmt::skip]
    let forms = [
        (select, "*/*", "application/sparql-results+json", "\"value\":\"b\""),
        (select, XML, XML, "<literal>b</literal>"),
        (select, "text/csv", "text/csv", "x\r\nb"),
        (select, "foo/bar, text/tab-separated-values;q=0.5", TSV, "?x\n\"b\""),
        (question, "application/json", "application/json", "\"boolean\":true"),
        (question, XML, XML, "<boolean>true</boolean>"),
        (question, "text/boolean", "text/boolean", "true"),
        (construct, "*/*", "application/n-quads", "urn:x"),
        (construct, "application/n-triples", "application/n-triples", "urn:x"),
        (construct, "text/turtle", "text/turtle", "urn:x"),
        (construct, "application/trig", "application/trig", "urn:x"),
        (construct, "text/n3", "text/n3", "urn:x"),
        (construct, "application/rdf+xml", "application/rdf+xml", "urn:x"),
        (construct, "application/ld+json", "application/ld+json", "urn:x"),
    ];
    for (text, accept, media_type, part) in forms {
        let (told, body) = in_form(&mut neptune, text, accept);
        assert_eq!(told, media_type);
        assert_contains(&body, part);
    }
    assert_eq!(
        in_form(&mut neptune, construct, "").1,
        "<urn:x> <urn:y> \"b\" .\n"
    );
    let (_, described) = in_form(&mut neptune, "DESCRIBE <urn:s>", "");
    assert_eq!(described.lines().count(), 4);
    let trix = with_header(query(construct), "accept", "application/trix");
    neptune.refuses(trix, UNSUPPORTED);
}

#[test]
fn answers_are_framed_as_others_are() {
    let mut neptune = filled();
    let answer = neptune.answer(query("ASK {}"));
    assert_eq!(answer.head.headers["transfer-encoding"], "chunked");
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
    // What is in no graph is in all.
    update(&mut neptune, "DELETE DATA { <urn:s> <urn:p> 'shared' }");
    assert_eq!(values(&mut neptune, all), ["a", "b", "none"]);
    update(
        &mut neptune,
        "DELETE { ?s ?p ?o } INSERT { ?s ?p 'new' } WHERE { ?s ?p ?o FILTER(?o = 'b') }",
    );
    assert_eq!(values(&mut neptune, all), ["a", "new", "none"]);
    let in_fallback = format!("SELECT ?x {{ GRAPH <{FALLBACK}> {{ ?s ?p ?x }} }}");
    assert_eq!(values(&mut neptune, &in_fallback), ["new", "none"]);
    update(
        &mut neptune,
        "WITH <urn:a> DELETE { ?s ?p ?o } INSERT { ?s ?p 'with' } WHERE { ?s ?p ?o }",
    );
    assert_eq!(values(&mut neptune, all), ["new", "none", "with"]);
    update(&mut neptune, "CLEAR DEFAULT");
    assert_eq!(values(&mut neptune, all), ["with"]);

    // The graphs of the protocol.
    let text = encoded("INSERT { GRAPH <urn:copy> { ?s ?p ?o } } WHERE { ?s ?p ?o }");
    for (graph, copied) in [("urn:nothing", &[][..]), ("urn:a", &["with"])] {
        neptune.ask(form(
            "/sparql",
            &format!("update={text}&using-graph-uri={graph}"),
        ));
        assert_eq!(
            values(&mut neptune, "SELECT ?x { GRAPH <urn:copy> { ?s ?p ?x } }"),
            copied
        );
    }
    let both = encoded("INSERT { ?s ?p 1 } USING <urn:a> WHERE { ?s ?p ?o }");
    let both = form("/sparql", &format!("update={both}&using-graph-uri=urn:b"));
    neptune.refuses(both, BAD_REQUEST);

    // All or nothing.
    let broken = encoded("INSERT DATA { <urn:s> <urn:p> 'half' } ; CLEAR GRAPH <urn:unknown>");
    let broken = form("/sparql", &format!("update={broken}"));
    neptune.refuses(broken, BAD_REQUEST);
    assert_eq!(
        values(&mut neptune, "SELECT ?x { ?s ?p ?x FILTER(?x = 'half') }"),
        [""; 0]
    );
    update(&mut neptune, "DELETE WHERE { ?s ?p ?o }");
    assert_eq!(values(&mut neptune, all), [""; 0]);

    for text in ["INSERT", "LOAD <urn:x>"] {
        let request = form("/sparql", &format!("update={}", encoded(text)));
        let (status, _, _) = neptune.refused(request);
        assert_eq!(status, 400);
    }
    neptune.reconfigure(|config| config.role(Role::Reader));
    let request = form("/sparql", "update=CLEAR+ALL");
    neptune.refuses(request, READ_ONLY);
}

#[test]
fn graphs_are_put_posted_read_and_deleted() {
    let mut neptune = emulator();
    let turtle = |method: Method, target: &str, body: &'static str| {
        send(method, target, "text/turtle", body)
    };
    let status = |neptune: &mut Emulator, request| neptune.answer(request).status().as_u16();
    let read = |neptune: &mut Emulator, target: &str| text(&neptune.answer(get(target)));
    let a = "/sparql/gsp/?graph=urn%3Aa";

    assert_eq!(neptune.refused(get(a)).0, 404);
    assert_eq!(
        status(&mut neptune, turtle(Method::PUT, a, "<urn:s> <urn:p> 1 .")),
        201
    );
    assert_eq!(
        status(
            &mut neptune,
            turtle(Method::PUT, a, "<urn:s> <urn:p> 'two' .")
        ),
        204
    );
    assert_eq!(
        status(
            &mut neptune,
            turtle(Method::POST, a, "<urn:s> <urn:p> 'three' .")
        ),
        204
    );
    assert_eq!(
        read(&mut neptune, a),
        "<urn:s> <urn:p> \"three\" .\n<urn:s> <urn:p> \"two\" .\n"
    );
    // U10: the slash can be left out.
    assert_eq!(
        read(&mut neptune, "/sparql/gsp?graph=urn:a")
            .lines()
            .count(),
        2
    );
    let default = "/sparql/gsp/?default";
    assert_eq!(
        status(
            &mut neptune,
            turtle(Method::POST, default, "<urn:s> <urn:p> <rel> .")
        ),
        201
    );
    let in_fallback = format!("SELECT ?x {{ GRAPH <{FALLBACK}> {{ ?s ?p ?x }} }}");
    assert_eq!(
        values(&mut neptune, &in_fallback),
        ["http://aws.amazon.com/neptune/default/rel"]
    );
    assert_eq!(read(&mut neptune, default).lines().count(), 3);
    let as_turtle = with_header(get(a), "accept", "text/turtle");
    let as_turtle = neptune.answer(as_turtle);
    assert_eq!(media_type(&as_turtle), "text/turtle");

    // Quads go to their own graphs, in addition to that of the URL.
    let quads = "<urn:s> <urn:p> \"url\" .\n<urn:s> <urn:p> \"own\" <urn:c> .\n";
    let quads = send(
        Method::PUT,
        "/sparql/gsp/?graph=urn:b",
        "application/n-quads",
        quads,
    );
    assert_eq!(status(&mut neptune, quads), 201);
    assert_eq!(
        read(&mut neptune, "/sparql/gsp/?graph=urn:b"),
        "<urn:s> <urn:p> \"url\" .\n"
    );
    assert_eq!(
        read(&mut neptune, "/sparql/gsp/?graph=urn:c"),
        "<urn:s> <urn:p> \"own\" .\n"
    );

    assert_eq!(status(&mut neptune, delete(a)), 204);
    assert_eq!(neptune.refused(delete(a)).0, 404);
    assert_eq!(status(&mut neptune, delete(default)), 204);
    assert_eq!(status(&mut neptune, delete(default)), 204);
    assert_eq!(neptune.executed("DeleteGraph"), 3);
    assert_eq!(neptune.executed("PutGraph"), 3);

    for (request, code) in [
        (
            turtle(Method::PUT, a, "<urn:s> <urn:p>"),
            "BadRequestException",
        ),
        (
            send(Method::PUT, a, "text/html", "<p>"),
            "BadRequestException",
        ),
        (get("/sparql/gsp/?graph=%20"), "BadRequestException"),
    ] {
        neptune.refuses(request, (400, code));
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
        let text = format!(
            "ASK {{ FILTER{}1{} }}",
            "(".repeat(depth),
            ")".repeat(depth)
        );
        let request = form("/sparql", &format!("query={}", encoded(&text)));
        let answer = neptune.answer(request);
        assert_eq!(answer.status().is_success(), whole, "{depth}");
    }
}

/// The real engine takes no time, but waits for its turn like any query.
#[test]
fn updates_that_are_cancelled_while_they_wait_do_nothing() {
    let mut neptune = Emulator::new(Config::default().rdf_engine(true).query_slots(1));
    let hour = std::time::Duration::from_secs(3600);
    neptune.script(QueryScript::gremlin().lasting(hour));
    let first = neptune.handle(get("/gremlin?gremlin=g"), now());
    assert!(matches!(first, Outcome::Pending(_)));
    let id = "fb34cd3e-f37c-4d12-9cf2-03bb741bf54f";
    let text = encoded("INSERT DATA { <urn:s> <urn:p> 'x' }");
    let waiting = neptune.handle(
        form("/sparql", &format!("update={text}&queryId={id}")),
        now(),
    );
    let Outcome::Pending(ticket) = waiting else {
        panic!("over")
    };
    neptune.ask(form("/sparql/status", &format!("cancelQuery&queryId={id}")));
    let cancelled = neptune.resume(ticket, now()).into_response().expect("over");
    assert_eq!(cancelled.status(), 500);
    let later = now().later(hour);
    assert_eq!(
        neptune.at(later).ask(query("ASK { ?s ?p ?o }"))["boolean"],
        false
    );
}
