//! The Graph Store Protocol.

use http::Response;
use neptunedata::{
    CallOptions,
    error::{Cause, FieldErrorKind},
    sparql::{DeleteGraph, GetGraph, PostGraph, PutGraph, SparqlMediaType},
    types::RawBody,
};

use crate::{answer, encode, sent};

const TARGET: &str = "http://localhost:8182/sparql/gsp/";

#[test]
fn a_graph_is_the_default_one_or_has_an_iri() {
    let turtle = || SparqlMediaType::Turtle;
    let iri = "http://example.com/g?a=b&c#d";
    let default = [
        encode(&GetGraph::default_graph()),
        encode(&PutGraph::default_graph(turtle(), "")),
        encode(&PostGraph::default_graph(turtle(), "")),
        encode(&DeleteGraph::default_graph()),
    ];
    for request in default {
        let uri = request.unwrap().uri().to_string();
        assert_eq!(uri, format!("{TARGET}?default"));
    }
    let named = [
        encode(&GetGraph::named(iri)),
        encode(&PutGraph::named(iri, turtle(), "")),
        encode(&PostGraph::named(iri, turtle(), "")),
        encode(&DeleteGraph::named(iri)),
    ];
    for request in named {
        let query = "?graph=http%3A%2F%2Fexample.com%2Fg%3Fa%3Db%26c%23d";
        let uri = request.unwrap().uri().to_string();
        assert_eq!(uri, format!("{TARGET}{query}"));
    }
}

#[test]
fn methods_headers_and_bodies() {
    let data = b"\xff\x00binary".as_slice();
    let put = PutGraph::named("u:g", SparqlMediaType::BinaryRdf, data);
    let request = encode(&put).unwrap();
    assert_eq!(request.method(), "PUT");
    assert_eq!(
        request.headers()["content-type"],
        "application/x-binary-rdf"
    );
    assert_eq!(request.headers()["content-length"], data.len().to_string());
    assert_eq!(request.body(), data);
    let post = PostGraph::named("u:g", SparqlMediaType::Turtle, "<s> <p> 1 .".to_owned());
    let request = encode(&post).unwrap();
    assert_eq!(request.method(), "POST");
    assert_eq!(request.body(), "<s> <p> 1 .");
    let request = encode(&DeleteGraph::named("u:g")).unwrap();
    assert_eq!(request.method(), "DELETE");
    assert!(request.body().is_empty());
    let get = GetGraph::named("u:g").accept(SparqlMediaType::JsonLd);
    let request = encode(&get).unwrap();
    assert_eq!(request.method(), "GET");
    assert_eq!(request.headers()["accept"], "application/ld+json");
}

#[test]
fn several_graphs_are_refused() {
    for (operation, extra) in [
        (DeleteGraph::default_graph(), "graph"),
        (DeleteGraph::named("u:g"), "default"),
    ] {
        let options = CallOptions::new().extra_query(extra, "u:2");
        let error = sent(&operation, &options).unwrap_err();
        let Cause::Encode(error) = error.cause() else {
            panic!("{error}")
        };
        let fault = &error.field_errors()[0];
        assert!(matches!(fault.kind(), FieldErrorKind::Other(_)));
        assert!(
            error.to_string().contains("only one of default, graph"),
            "{error}"
        );
    }
    // In place of the one that there is, another is fine.
    let options = CallOptions::new().extra_query("graph", "u:2");
    let request = sent(&DeleteGraph::named("u:g"), &options).unwrap();
    assert_eq!(request.uri().query(), Some("graph=u%3A2"));
    let error = encode(&GetGraph::named("")).unwrap_err();
    assert_eq!(error.field_errors()[0].field(), "graph");
}

#[test]
fn answers_are_bytes_with_a_type_or_a_status() {
    let body = "<http://example.com/s> <http://example.com/p> \"o\" .\n";
    let graph = answer("Application/N-Triples; charset=UTF-8", body);
    let output = neptunedata::response::<GetGraph>(&graph).unwrap();
    assert_eq!(output.media_type, Some(SparqlMediaType::NTriples));
    assert_eq!(output.body, RawBody::new(body));
    let nothing = answer("application/n-triples", "");
    let output = neptunedata::response::<GetGraph>(&nothing).unwrap();
    assert!(output.body.bytes().is_empty());

    let turtle = SparqlMediaType::Turtle;
    for status in [200, 201, 204] {
        let done = Response::builder().status(status).body("".into()).unwrap();
        let expected = Some(i32::from(status));
        let output = neptunedata::response::<PutGraph>(&done).unwrap();
        assert_eq!(output.status_code, expected);
        let output = neptunedata::response::<PostGraph>(&done).unwrap();
        assert_eq!(output.status_code, expected);
        let output = neptunedata::response::<DeleteGraph>(&done).unwrap();
        assert_eq!(output.status_code, expected);
    }
    let put = PutGraph::named("u:g", turtle, vec![0xff, 0xfe]);
    let json = serde_json::to_value(&put).unwrap();
    assert_eq!(json["body"], serde_json::json!({"base64": "//4="}));
    assert_eq!(serde_json::from_value::<PutGraph>(json).unwrap(), put);
}

#[test]
fn a_missing_graph_is_not_the_default_graph() {
    use neptunedata::{Endpoint, dynamic, sparql::GraphTarget};
    use serde_json::json;

    let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
    assert!(serde_json::from_str::<DeleteGraph>("{}").is_err());
    for (name, mut input) in [
        ("GetGraph", json!({})),
        ("DeleteGraph", json!({})),
        (
            "PutGraph",
            json!({"contentType": "text/turtle", "body": ""}),
        ),
        (
            "PostGraph",
            json!({"contentType": "text/turtle", "body": ""}),
        ),
    ] {
        let error = dynamic::request(name, &input, &endpoint).unwrap_err();
        assert_eq!(error.field_errors().len(), 1, "{error}");
        assert_eq!(error.field_errors()[0].field(), "graph");
        assert_eq!(error.field_errors()[0].kind(), &FieldErrorKind::Missing);
        input["default"] = json!(false);
        assert!(dynamic::request(name, &input, &endpoint).is_err());
        input["default"] = json!(true);
        let request = dynamic::request(name, &input, &endpoint).unwrap();
        assert_eq!(request.uri().query(), Some("default"));
        input["graph"] = json!("u:g");
        assert!(dynamic::request(name, &input, &endpoint).is_err());
        input.as_object_mut().unwrap().remove("default");
        let request = dynamic::request(name, &input, &endpoint).unwrap();
        assert_eq!(request.uri().query(), Some("graph=u%3Ag"));
    }
    let delete: DeleteGraph = serde_json::from_str(r#"{"default":true}"#).unwrap();
    assert_eq!(delete.graph, GraphTarget::Default);
    assert_eq!(
        serde_json::to_value(&delete).unwrap(),
        json!({"default": true})
    );
}
