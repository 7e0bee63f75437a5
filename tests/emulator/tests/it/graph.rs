//! openCypher on a real engine: Neptune's side of it. Statements and their results are tests of the suite.

use neptunedata_emulator::{Config, Emulator, EventId, QueryScript, Role};
use serde_json::{Value, json};

use crate::graph_streams::{emulator, query, run};
use crate::support::{
    Ask, BAD_REQUEST, Code, INVALID, Json, MALFORMED, MISSING, READ_ONLY, assert_contains,
    body_text, encoded, form, media_type, post,
};

const DUPLICATE: Code = (400, "DuplicateDataException");
const NUMERIC: Code = (400, "InvalidNumericDataException");
const CANNOT: Code = (501, "UnsupportedOperationException");

fn rows(neptune: &mut Emulator, text: &str) -> Value {
    Value::Array(run(neptune, text, &json!({})))
}

/// The text of the error.
#[track_caller]
fn refuses(neptune: &mut Emulator, text: &str, code: Code) -> String {
    neptune.refuses(query(text, &json!({})), code)
}

#[test]
fn scripts_come_first() {
    let mut neptune = Emulator::new(Config::default().graph_engine(true).strict(true));
    neptune.script(
        QueryScript::open_cypher()
            .matching(|request| request.text.contains("Scripted"))
            .rows([json!({ "n": 7 })]),
    );
    assert_eq!(rows(&mut neptune, "RETURN 1 AS n"), json!([{ "n": 1 }]));
    assert_eq!(
        rows(&mut neptune, "MATCH (n:Scripted) RETURN n"),
        json!([{ "n": 7 }])
    );
    // Gremlin has no engine.
    let gremlin = post("/gremlin", &json!({ "gremlin": "g.V()" }));
    assert_contains(
        &neptune.refuses(gremlin, BAD_REQUEST),
        "No script of the emulator matches",
    );
}

#[test]
fn without_the_setting_results_are_empty() {
    let mut neptune = Emulator::default();
    assert_eq!(rows(&mut neptune, "RETURN 1 AS n"), json!([]));
}

#[test]
fn responses_keep_the_order_and_the_text_of_columns() {
    let mut neptune = emulator();
    let text = "UNWIND [1, 2] AS b RETURN b, 1 + 1, 'x' AS a, count( * ), 0.0 / 0.0 AS nan, -1.5E3";
    let answer = neptune.answer(query(text, &json!({})));
    assert_eq!(media_type(&answer), "application/json;charset=UTF-8");
    let row = |b: u8| {
        format!(
            "{{\"b\":{b},\"1 + 1\":2,\"a\":\"x\",\"count( * )\":1,\"nan\":\"NaN\",\"-1.5E3\":-1500.0}}"
        )
    };
    let expected = format!("{{\"results\":[{},{}]}}", row(1), row(2));
    assert_eq!(body_text(&answer), expected);
}

#[test]
fn all_forms_of_requests() {
    let mut neptune = emulator();
    let text = "RETURN $n AS n";
    let expected = json!({ "results": [{ "n": [1, 2.5, "x", null, { "a": true }] }] });
    let parameters = json!({ "n": [1, 2.5, "x", null, { "a": true }] }).to_string();
    let pair = format!(
        "query={}&parameters={}",
        encoded(text),
        encoded(&parameters)
    );
    for request in [
        form("/openCypher", &pair),
        post(
            "/opencypher",
            &json!({ "query": text, "parameters": parameters }),
        ),
        crate::support::get(&format!("/openCypher?{pair}")),
    ] {
        neptune.ask(request).is(expected.clone());
    }
    neptune.refuses(query(text, &json!({})), MISSING);
    neptune.refuses(query(text, &json!([])), INVALID);
}

/// An id is text, and belongs to one node or one relationship.
#[test]
fn ids_are_unique_texts() {
    let create = "CREATE (a:A)-[r:R]->(b:B {ref: id(a)}) RETURN id(a) AS a, id(r) AS r, b";
    let mut neptune = emulator();
    let created = rows(&mut neptune, create);
    let (a, b) = (&created[0]["a"], &created[0]["b"]);
    assert_eq!(b["~properties"]["ref"], *a);
    assert_eq!(a.as_str().map(str::len), Some(36));
    let found = rows(
        &mut neptune,
        "MATCH (a:A)-[r]->(b) RETURN id(a) AS a, id(r) AS r, b",
    );
    assert_eq!(found, created);
    // The seed decides.
    assert_eq!(rows(&mut emulator(), create), created);
    let seeded = Config::default().graph_engine(true).seed(7);
    assert_ne!(rows(&mut Emulator::new(seeded), create), created);

    rows(
        &mut neptune,
        "CREATE (:A {`~id`: 'x'})-[:R {`~id`: 'x'}]->(:A {`~id`: 'y'})",
    );
    for taken in [
        "CREATE (:B {`~id`: 'x'})",
        "UNWIND [1, 2] AS n CREATE (:B {`~id`: 'z'})",
        "MATCH (a {`~id`: 'x'}), (b {`~id`: 'y'}) CREATE (a)-[:S {`~id`: 'x'}]->(b)",
        "MERGE (:B {`~id`: 'x'})",
    ] {
        refuses(&mut neptune, taken, DUPLICATE);
    }
    for invalid in ["CREATE (:B {`~id`: 1})", "CREATE (:B {`~id`: ''})"] {
        refuses(&mut neptune, invalid, BAD_REQUEST);
    }
    refuses(&mut neptune, "MATCH (n:A) SET n.`~id` = 'new'", BAD_REQUEST);
    refuses(&mut neptune, "MATCH (n:A) REMOVE n.`~id`", BAD_REQUEST);
    // An id that has become free can be used again.
    rows(&mut neptune, "MATCH (n {`~id`: 'x'}) DETACH DELETE n");
    rows(&mut neptune, "CREATE (:B {`~id`: 'x'})");
}

#[test]
fn an_assignment_of_all_properties_keeps_the_id() {
    let mut neptune = emulator();
    rows(
        &mut neptune,
        "CREATE (:A {`~id`: 'a', x: 1})-[:R {`~id`: 'r', x: 1}]->(:A {`~id`: 'b', y: 2})",
    );
    let set = "MATCH (a {`~id`: 'a'})-[r]->(b) SET r = {z: 3}, a = properties(b)";
    rows(&mut neptune, set);
    let found = rows(
        &mut neptune,
        "MATCH (a {`~id`: 'a'})-[r]->() RETURN properties(a) AS a, keys(a) AS k, labels(a) AS l, r",
    );
    found[0].has(json!({ "a": { "y": 2 }, "k": ["y"], "l": ["A"] }));
    found[0]["r"].has(json!({ "~id": "r", "~properties": { "z": 3 } }));
}

#[test]
fn a_node_always_has_a_label() {
    let mut neptune = emulator();
    let created = rows(&mut neptune, "CREATE (n {`~id`: 'a'}) RETURN n");
    assert_eq!(created[0]["n"]["~labels"], json!(["vertex"]));
    assert_eq!(
        rows(&mut neptune, "MATCH (n:vertex) RETURN id(n) AS n"),
        json!([{ "n": "a" }])
    );
    let text = refuses(&mut neptune, "MATCH (n) REMOVE n:vertex", BAD_REQUEST);
    assert_contains(&text, "last label");
    rows(&mut neptune, "MATCH (n) SET n:Other REMOVE n:vertex");
}

#[test]
fn a_query_that_fails_changes_nothing() {
    let mut neptune = emulator();
    rows(&mut neptune, "CREATE (:A {`~id`: 'a'})-[:R]->(:B {x: 1})");
    let before = rows(&mut neptune, "MATCH (n)-[r]->(m) RETURN n, r, m");
    for (text, code) in [
        ("CREATE (:C) WITH 1 AS x MATCH (n:A) DELETE n", BAD_REQUEST),
        ("UNWIND [2, 1, 0] AS x CREATE (:C {x: 1 / x})", NUMERIC),
        ("MATCH (n:B) SET n.x = 9223372036854775807 + n.x", NUMERIC),
        ("MATCH (n:B) SET n.y = 1, n.x = [1, 2]", BAD_REQUEST),
        ("MATCH (n:B) SET n.x = {a: 1}", BAD_REQUEST),
        (
            "UNWIND ['c', 'd', 'a'] AS id CREATE (:C {`~id`: id})",
            DUPLICATE,
        ),
        ("MATCH (n:A) SET n.x = 1 RETURN missing", MALFORMED),
        (
            "MATCH (n:A) SET n.x = reduce(s = 0, x IN n.list | s + x)",
            CANNOT,
        ),
    ] {
        refuses(&mut neptune, text, code);
        assert_eq!(
            rows(&mut neptune, "MATCH (n)-[r]->(m) RETURN n, r, m"),
            before
        );
        assert_eq!(
            rows(&mut neptune, "MATCH (n) RETURN count(n) AS n"),
            json!([{ "n": 2 }])
        );
    }
    let last = neptune.last_event(neptunedata_emulator::ChangeStream::PropertyGraph);
    assert_eq!(last, EventId::new(1, 4));
}

#[test]
fn malformed_queries_are_located() {
    let mut neptune = emulator();
    for (text, place) in [
        (
            "MATCH (n)\nRETURN m",
            "Variable `m` not defined (line 2, column 8)",
        ),
        (
            "MATCH (n) WHERE m.name = 'x' RETURN n",
            "Variable `m` not defined (line 1, column 17)",
        ),
        (
            "RETURN 'foo(1)', Foo(1)",
            "unknown function 'foo' (line 1, column 18)",
        ),
        (
            "MATCH (n) WHERE id(n) = 'a' RETURN n +* 1",
            "at line 1, column 39",
        ),
        ("MATCH (n RETURN n", "at line 1, column 7"),
    ] {
        assert_contains(&refuses(&mut neptune, text, MALFORMED), place);
    }
}

#[test]
fn errors_name_neither_the_engine_nor_its_values() {
    let mut neptune = emulator();
    rows(&mut neptune, "CREATE (:A {name: 'a'})");
    for (text, message) in [
        (
            "MATCH (n) SET n.x = {a: 1}",
            "Expected a simple literal but found Map",
        ),
        (
            "MATCH (n) SET n.x = n",
            "Expected a simple literal but found Element",
        ),
        (
            "MATCH (n) DELETE n RETURN n.name",
            "The query reads an element that it has deleted.",
        ),
        (
            "RETURN datetime('x')",
            "'x' isn't a date-time string the emulator can parse",
        ),
    ] {
        let answer = refuses(&mut neptune, text, BAD_REQUEST);
        assert_contains(&answer, message);
    }
}

#[test]
fn a_reader_refuses_writes() {
    let mut neptune = emulator();
    rows(&mut neptune, "CREATE (:A {name: 'SET'})");
    neptune.reconfigure(|config| config.role(Role::Reader));
    for text in [
        "CREATE (:A)",
        "MERGE (:A)",
        "MATCH (n) SET n.x = 1",
        "MATCH (n) REMOVE n.name",
        "MATCH (n) DELETE n",
        "UNWIND [1] AS x MERGE (n:A {x: x}) RETURN n",
    ] {
        refuses(&mut neptune, text, READ_ONLY);
    }
    let read = "MATCH (n {name: 'SET'}) RETURN n.name AS `CREATE`";
    assert_eq!(rows(&mut neptune, read), json!([{ "CREATE": "SET" }]));
}

#[test]
fn an_explained_query_is_not_executed() {
    let mut neptune = emulator();
    let body = format!("query={}&explain=dynamic", encoded("CREATE (:A)"));
    assert_eq!(neptune.answer(form("/openCypher", &body)).status(), 200);
    assert_eq!(rows(&mut neptune, "MATCH (n) RETURN n"), json!([]));
}

#[test]
fn dates_are_in_utc() {
    let mut neptune = emulator();
    rows(
        &mut neptune,
        "CREATE (:A {at: datetime('2024-02-03T04:05:06.789+01:00')})",
    );
    let found = rows(
        &mut neptune,
        "MATCH (n:A) RETURN n.at AS at, datetime() AS now",
    );
    let expected = json!([{
        "at": { "~datetime": "2024-02-03T03:05:06.789Z" },
        // The time of the emulator.
        "now": { "~datetime": "2024-01-01T00:00:00Z" },
    }]);
    assert_eq!(found, expected);
}
