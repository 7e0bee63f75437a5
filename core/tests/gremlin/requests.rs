//! Requests.

use neptunedata::{
    Endpoint, Operation,
    bytes::Bytes,
    error::FieldErrorKind,
    gremlin::{
        ExecuteGremlinExplainQuery, ExecuteGremlinProfileQuery, ExecuteGremlinQuery,
        GetGremlinQueryStatus, GremlinSerializer, ListGremlinQueries,
    },
    http::{Request, header},
};
use serde_json::{Value, json};

fn request<O: Operation>(operation: &O) -> Request<Bytes> {
    neptunedata::request(
        operation,
        &Endpoint::parse("http://localhost:8182").unwrap(),
    )
    .unwrap()
}

fn body<O: Operation>(operation: &O) -> Value {
    serde_json::from_slice(request(operation).body()).unwrap()
}

fn query() -> ExecuteGremlinQuery {
    ExecuteGremlinQuery::new("g.V().limit(1)")
}

#[test]
fn m13_a_query_can_be_given_an_id() {
    let id = "4d5c4fae-aa30-41cf-9e1f-91e6b7dd6f47";
    let input = json!({"gremlinQuery": "g.V()", "queryId": id});
    let query: ExecuteGremlinQuery = serde_json::from_value(input.clone()).unwrap();
    assert_eq!(query, ExecuteGremlinQuery::new("g.V()").query_id(id));
    assert_eq!(serde_json::to_value(&query).unwrap(), input);
    assert_eq!(body(&query), json!({"gremlin": "g.V()", "queryId": id}));
    assert_eq!(
        body(&ExecuteGremlinQuery::new("g.V()")),
        json!({"gremlin": "g.V()"})
    );
}

#[test]
fn m42_the_id_of_a_query_travels_in_the_body_and_in_no_header() {
    let with = request(&query().query_id("q-1"));
    assert!(with.headers().iter().all(|(_, value)| value != "q-1"));
    assert_eq!(with.uri().query(), None);
    let names: Vec<_> = with.headers().keys().collect();
    let without = request(&query());
    assert_eq!(names, without.headers().keys().collect::<Vec<_>>());
}

#[test]
fn m14_statements_are_sent_as_they_are() {
    for text in [
        "g.addV('a').iterate(); g.addV('b').next(); g.V().count()",
        "g.addV('a').next()\ng.V().count()",
        "  g.V()  ",
        "",
    ] {
        assert_eq!(
            body(&ExecuteGremlinQuery::new(text)),
            json!({"gremlin": text})
        );
    }
}

#[test]
fn m15_the_form_of_results_is_always_asked_for() {
    let accept = |query: &ExecuteGremlinQuery| request(query).headers()[header::ACCEPT].clone();
    let untyped = "application/vnd.gremlin-v3.0+json;types=false";
    assert_eq!(accept(&query()), untyped);
    for serializer in GremlinSerializer::KNOWN {
        assert_eq!(
            accept(&query().serializer(serializer.clone())),
            serializer.as_str()
        );
    }
    assert_eq!(
        accept(&query().serializer("application/x-new")),
        "application/x-new"
    );
}

#[test]
fn serializers_that_are_not_valid_headers_are_rejected() {
    let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
    for text in ["a\nb", "a\r\nx-more: 1", "\0", "a\u{7f}"] {
        let refused = neptunedata::request(&query().serializer(text), &endpoint).unwrap_err();
        assert_eq!(refused.operation(), "ExecuteGremlinQuery");
        assert_eq!(refused.field_errors().len(), 1);
        assert_eq!(refused.field_errors()[0].field(), "serializer");
        assert_eq!(
            *refused.field_errors()[0].kind(),
            FieldErrorKind::HeaderValue
        );
    }
    // In the body there is no such limit.
    let profile = ExecuteGremlinProfileQuery::new("g.V()").serializer("a\nb");
    assert_eq!(body(&profile)["profile.serializer"], "a\nb");
}

#[test]
fn only_queries_request_trailers() {
    let te = |request: Request<Bytes>| request.headers().get(header::TE).cloned();
    assert_eq!(te(request(&query())).unwrap(), "trailers");
    assert_eq!(
        te(request(&ExecuteGremlinExplainQuery::new("g.V()"))).unwrap(),
        "trailers"
    );
    assert_eq!(
        te(request(&ExecuteGremlinProfileQuery::new("g.V()"))).unwrap(),
        "trailers"
    );
    assert_eq!(te(request(&GetGremlinQueryStatus::new("q"))), None);
    assert_eq!(te(request(&ListGremlinQueries::new())), None);
}

#[test]
fn members_of_a_profile_have_a_dot_in_their_names() {
    let profile = ExecuteGremlinProfileQuery::new("g.V()")
        .results(false)
        .chop(0)
        .serializer("GRAPHSON_V3_UNTYPED")
        .index_ops(true);
    let expected = json!({
        "gremlin": "g.V()",
        "profile.results": false,
        "profile.chop": 0,
        "profile.serializer": "GRAPHSON_V3_UNTYPED",
        "profile.indexOps": true,
    });
    assert_eq!(body(&profile), expected);
    let defaults = ExecuteGremlinProfileQuery::new("g.V()");
    assert_eq!(body(&defaults), json!({"gremlin": "g.V()"}));
}

#[test]
fn flags_are_spelled_out() {
    for (flag, target) in [(true, "true"), (false, "false")] {
        let uri = request(&ListGremlinQueries::new().include_waiting(flag))
            .uri()
            .to_string();
        assert_eq!(
            uri,
            format!("http://localhost:8182/gremlin/status?includeWaiting={target}")
        );
    }
    let uri = request(&ListGremlinQueries::new()).uri().to_string();
    assert_eq!(uri, "http://localhost:8182/gremlin/status");
}
