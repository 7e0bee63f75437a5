//! Statements that are nested too deeply, or would not end.

use crate::graph::Graph;

/// The exception of a statement, and its text.
fn refused(graph: &mut Graph, query: &str) -> (String, String) {
    match graph.run(query) {
        Ok(rows) => panic!("{query:.100}: {} rows", rows.len()),
        Err(refusal) => (refusal.code, refusal.message),
    }
}

#[test]
fn nesting_is_limited() {
    let mut graph = Graph::empty();
    for depth in [1, 5, 20] {
        let nested = |open: &str, inner: &str, close: &str| {
            format!(
                "RETURN {}{inner}{} AS x",
                open.repeat(depth),
                close.repeat(depth)
            )
        };
        for query in [
            nested("(", "1", ")"),
            nested("[", "1", "]"),
            nested("{a: ", "1", "}"),
        ] {
            assert_eq!(
                graph.run(&query).map(|rows| rows.len()).unwrap(),
                1,
                "{query}"
            );
        }
    }
    for depth in [80, 400, 3_000, 100_000] {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("{a: ", "}"),
            ("size(", ")"),
            ("CASE WHEN true THEN ", " END"),
            ("NOT ", ""),
            ("-", ""),
            ("- ", ""),
        ] {
            let query = format!("RETURN {}1{} AS x", open.repeat(depth), close.repeat(depth));
            // Not all of it is nesting to every parser; what counts is that the process lives.
            if let Err(refusal) = graph.run(&query) {
                assert_eq!(
                    refusal.code, "MalformedQueryException",
                    "{depth} {open}: {refusal:?}"
                );
            } else {
                assert!(open != "(" || depth < 400, "{depth} parentheses");
            }
        }
    }
}

#[test]
fn chains_of_operators_are_limited() {
    let mut graph = Graph::empty();
    for operator in [
        " AND true",
        " OR true",
        " = 1",
        " + 1",
        ".a",
        "[0]",
        " IS NULL",
        " STARTS WITH 'a'",
    ] {
        for length in [80, 400, 3_000, 100_000] {
            let query = format!("RETURN true{} AS x", operator.repeat(length));
            if let Err(refusal) = graph.run(&query) {
                let codes = ["MalformedQueryException", "BadRequestException"];
                assert!(
                    codes.contains(&refusal.code.as_str()),
                    "{length}{operator}: {refusal:?}"
                );
            }
        }
        assert!(graph.run("RETURN 1 AS x").is_ok());
    }
}

#[test]
fn long_patterns_and_clauses_are_limited() {
    let mut graph = Graph::empty();
    for times in [100, 3_000] {
        for query in [
            format!("MATCH (a){} RETURN count(*)", "-->()".repeat(times)),
            format!("CREATE (a){}", "-[:R]->()".repeat(times)),
            format!("{} RETURN 1 AS x", "WITH 1 AS x ".repeat(times)),
            format!("RETURN 1 AS x{}", " UNION RETURN 1 AS x".repeat(times)),
            format!(
                "UNWIND [1] AS x {} RETURN x",
                "UNWIND [1] AS y WITH y AS x ".repeat(times)
            ),
        ] {
            let _ = graph.run(&query);
        }
    }
    assert!(graph.run("RETURN 1 AS x").is_ok());
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
        "UNWIND range(1, 3000000) AS x RETURN count(x) AS n",
        "UNWIND range(1, 5000) AS x UNWIND range(1, 5000) AS y RETURN count(*) AS n",
        "MATCH (a:P), (b:P), (c:P), (d:P) RETURN count(*) AS n",
        "MATCH (a:P), (b:P), (c:P), (d:P) WHERE a.i + b.i + c.i + d.i = 0 RETURN a",
        "MATCH (a:P) MATCH (b:P) MATCH (c:P) MATCH (d:P) RETURN count(*) AS n",
        "UNWIND range(1, 5000) AS x UNWIND range(1, 5000) AS y CREATE (:X {x: x, y: y})",
        "MATCH (a), (b), (c), (d) CREATE (:X)",
    ] {
        let t = std::time::Instant::now();
        let answer = graph.run(query);
        eprintln!("{:?} {query} {:?}", t.elapsed(), answer.map_err(|it| it.code).map(|it| it.len()));
        assert!(graph.contents() == before, "{query} changed the graph");
    }
    // The same queries with small numbers are answered.
    for query in [
        "RETURN size(range(1, 10000)) AS n",
        "UNWIND range(1, 100) AS x UNWIND range(1, 100) AS y RETURN count(*) AS n",
        "MATCH (a:P), (b:P) RETURN count(*) AS n",
    ] {
        let rows = graph.run(query).unwrap();
        assert_eq!(rows[0]["n"], 10_000, "{query}");
    }
}

#[test]
fn paths_through_dense_graphs_exceed_the_time_limit() {
    let dense = "UNWIND range(1, 12) AS i CREATE (:P {i: i})".to_owned();
    let edges = "MATCH (a:P), (b:P) CREATE (a)-[:R]->(b)".to_owned();
    let mut graph = Graph::after(&[dense, edges]);
    let (code, message) = refused(&mut graph, "MATCH p = (:P)-[*]->(:P) RETURN count(p) AS n");
    assert_eq!(code, "TimeLimitExceededException", "{message}");
}
