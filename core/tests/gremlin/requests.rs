//! Requests.

use neptunedata::{
    error::FieldErrorKind,
    gremlin::{
        ExecuteGremlinProfileQuery, ExecuteGremlinQuery, GremlinSerializer, ListGremlinQueries,
    },
    http::header,
};
use serde_json::json;

use crate::messages::{field_errors, json_body as body, request};

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
        let query = query().serializer(serializer.clone());
        assert_eq!(accept(&query), serializer.as_str());
    }
    let new = query().serializer("application/x-new");
    assert_eq!(accept(&new), "application/x-new");
}

#[test]
fn serializers_that_are_not_valid_headers_are_rejected() {
    let refused = [("serializer".to_owned(), FieldErrorKind::HeaderValue)];
    for text in ["a\nb", "a\r\nx-more: 1", "\0", "a\u{7f}"] {
        assert_eq!(field_errors(&query().serializer(text)), refused);
    }
    // In the body there is no such limit.
    let profile = ExecuteGremlinProfileQuery::new("g.V()").serializer("a\nb");
    assert_eq!(body(&profile)["profile.serializer"], "a\nb");
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
    let target = |list| request(&list).uri().to_string();
    let path = "http://localhost:8182/gremlin/status";
    let list = ListGremlinQueries::new;
    assert_eq!(target(list()), path);
    for flag in [true, false] {
        let expected = format!("{path}?includeWaiting={flag}");
        assert_eq!(target(list().include_waiting(flag)), expected);
    }
}
