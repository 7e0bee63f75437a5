//! Statements that are nested too deeply, or would not end.

use crate::graph::{Graph, Refusal};

const MALFORMED: &str = "MalformedQueryException";
const TOO_LARGE: &str = "QueryTooLargeException";
const TIME_LIMIT: &str = "TimeLimitExceededException";

/// The exception of a statement.
fn refused(graph: &mut Graph, query: &str) -> Option<String> {
    graph.run(query).err().map(|Refusal { code, .. }| code)
}

#[test]
fn nesting_is_limited() {
    let mut graph = Graph::empty();
    let brackets = [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{a: ", "1", "}"),
        ("size(", "1", ")"),
        ("CASE WHEN true THEN ", "1", " END"),
        ("NOT ", "true", ""),
    ];
    for (open, inner, close) in brackets {
        for depth in [20, 80, 400, 3_000, 100_000] {
            let (before, after) = (open.repeat(depth), close.repeat(depth));
            let refused = refused(&mut graph, &format!("RETURN {before}{inner}{after} AS x"));
            match refused.as_deref() {
                None => assert!(depth <= 400, "{depth} {open}"),
                Some(MALFORMED) => assert!(depth > 20, "{depth} {open}"),
                Some(TOO_LARGE) => assert!(depth >= 100_000, "{depth} {open}"),
                Some("BadRequestException") => assert_eq!(open, "size("),
                other => panic!("{depth} {open}: {other:?}"),
            }
        }
    }
}

#[test]
fn chains_of_operators_are_limited() {
    let mut graph = Graph::empty();
    for (first, operator) in [
        ("true", " AND true"),
        ("true", " OR true"),
        ("1", " = 1"),
        ("1", " + 1"),
        ("{a: 1}", ".a"),
        ("'a'", " STARTS WITH 'a'"),
    ] {
        for length in [80, 400, 3_000, 100_000] {
            let query = format!("RETURN {first}{} AS x", operator.repeat(length));
            let refused = refused(&mut graph, &query);
            // Some of the short ones have values of wrong types.
            let is_limit = |code: &str| code == MALFORMED || code == TOO_LARGE;
            let is_limited = refused.as_deref().is_some_and(is_limit);
            assert!(
                is_limited || length <= 400,
                "{length}{operator}: {refused:?}"
            );
        }
    }
    assert!(graph.run("RETURN true AND true OR true AS x").is_ok());
}

#[test]
fn long_patterns_and_clauses_are_answered() {
    let mut graph = Graph::empty();
    for times in [100, 3_000] {
        for query in [
            format!("MATCH (a){} RETURN count(*)", "-->()".repeat(times)),
            format!("{} RETURN 1 AS x", "WITH 1 AS x ".repeat(times)),
            format!("RETURN 1 AS x{}", " UNION RETURN 1 AS x".repeat(times)),
            format!("RETURN [{}1] AS x", "1, ".repeat(times)),
        ] {
            let refused = refused(&mut graph, &query);
            assert!(
                refused.is_none_or(|it| it == MALFORMED),
                "{times} {query:.40}"
            );
        }
    }
}

#[test]
fn runaways_exceed_the_time_limit() {
    let people = "UNWIND range(1, 100) AS i CREATE (:P {i: i})-[:R]->(:Q {i: i})";
    let mut graph = Graph::after(&[people.to_owned()]);
    let before = graph.contents();
    for query in [
        "RETURN size(range(1, 100000000)) AS n",
        "RETURN size(range(1, 3000000)) AS n",
        "WITH 100000000 AS n UNWIND range(1, n) AS x RETURN count(x) AS n",
        "UNWIND range(1, 5000) AS x UNWIND range(1, 5000) AS y RETURN count(*) AS n",
        "UNWIND range(1, 5000) AS x UNWIND range(1, 5000) AS y CREATE (:X {x: x, y: y})",
        "MATCH (a:P), (b:P), (c:P) RETURN count(*) AS n",
        "MATCH (a:P), (b:P), (c:P), (d:P) WHERE a.i + b.i + c.i + d.i = 0 RETURN a",
        "MATCH (a), (b), (c), (d) CREATE (:X)",
    ] {
        assert_eq!(
            refused(&mut graph, query).as_deref(),
            Some(TIME_LIMIT),
            "{query}"
        );
        assert!(graph.contents() == before, "{query} changed the graph");
    }
    // Smaller queries are answered.
    for query in [
        "RETURN size(range(1, 10000)) AS n",
        "UNWIND range(1, 100) AS x UNWIND range(1, 100) AS y RETURN count(*) AS n",
        "MATCH (a:P), (b:P) RETURN count(*) AS n",
    ] {
        assert_eq!(graph.run(query).unwrap()[0]["n"], 10_000, "{query}");
    }
}

#[test]
fn paths_through_dense_graphs_exceed_the_time_limit() {
    let nodes = "UNWIND range(1, 12) AS i CREATE (:P {i: i})".to_owned();
    let edges = "MATCH (a:P), (b:P) CREATE (a)-[:R]->(b)".to_owned();
    let mut graph = Graph::after(&[nodes, edges]);
    let all_paths = "MATCH p = (:P)-[*]->(:P) RETURN count(p) AS n";
    assert_eq!(refused(&mut graph, all_paths).as_deref(), Some(TIME_LIMIT));
}

#[test]
fn all_rows_are_written_even_if_only_some_are_returned() {
    let mut graph = Graph::after(&["UNWIND range(1, 5) AS i CREATE (:P {i: i})".to_owned()]);
    for (query, rows) in [
        ("MATCH (n:P) SET n.a = 1 RETURN n.i LIMIT 2", 2),
        ("MATCH (n:P) SET n.b = 1 RETURN n.i AS i SKIP 2 LIMIT 1", 1),
        ("MATCH (n:P) SET n.c = 1 RETURN DISTINCT n.i SKIP 5", 0),
        ("MATCH (n:P) SET n.d = 1 RETURN count(n) LIMIT 0", 0),
        ("MATCH (n:P) SET n.e = 1 RETURN * LIMIT 3", 3),
    ] {
        assert_eq!(graph.run(query).unwrap().len(), rows, "{query}");
    }
    let counts = "MATCH (n:P) RETURN count(n.a) AS a, count(n.b) AS b, count(n.c) AS c, \
                  count(n.d) AS d, count(n.e) AS e";
    let counts = &graph.run(counts).unwrap()[0];
    assert!(counts.values().all(|count| *count == 5), "{counts:?}");
}
