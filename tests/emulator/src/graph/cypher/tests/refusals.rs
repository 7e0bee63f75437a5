use super::*;

#[test]
fn not_a_query() {
    for (text, message) in [
        ("", "Unexpected end of the text at line 1, column 1."),
        (
            " // comment\n",
            "Unexpected end of the text at line 1, column 1.",
        ),
        (";", "Unexpected ';' at line 1, column 1."),
        (
            "USING QUERY:PLANCACHE 'enabled'",
            "Unexpected end of the text at line 1, column 32.",
        ),
        (
            "RETURN\n 'a",
            "The string at line 2, column 2 is not closed.",
        ),
        ("RETURN `a", "The name at line 1, column 8 is not closed."),
        (
            "RETURN 1 /* a",
            "The comment at line 1, column 10 is not closed.",
        ),
        (
            "MATCH (n RETURN n",
            "The '(' at line 1, column 7 is not closed.",
        ),
        ("RETURN (1]", "Unexpected ']' at line 1, column 10."),
        ("RETURN 1)", "Unexpected ')' at line 1, column 9."),
        // Statements that the engine would run, or that Neptune does not know.
        (
            "RETURN 1; RETURN 2",
            "Unexpected 'RETURN' at line 1, column 11.",
        ),
        (
            "EXPLAIN RETURN 1",
            "Unexpected 'EXPLAIN' at line 1, column 1.",
        ),
        ("begin", "Unexpected 'begin' at line 1, column 1."),
        (
            "CREATE INDEX ON :P(name)",
            "Unexpected 'INDEX' at line 1, column 8.",
        ),
        (
            "LOAD CSV FROM 'x' AS row RETURN row",
            "Unexpected 'LOAD' at line 1, column 1.",
        ),
        (
            "MATCH (n) FOREACH (x IN [1] | SET n.a = x)",
            "Unexpected 'FOREACH' at line 1, column 11.",
        ),
    ] {
        assert_refused(
            text,
            "MalformedQueryException",
            &format!("Malformed query: {message}"),
        );
    }
}

#[test]
fn what_neptune_lacks() {
    const CODE: &str = "UnsupportedOperationException";
    for (text, what) in [
        (
            "RETURN 2 ^ 3",
            "The exponentiation operator ^ is not supported in this release (line 1, column 10).",
        ),
        (
            "MATCH p = shortestPath((a)-[*]-(b)) RETURN p",
            "The function shortestPath() is not supported in this release (line 1, column 11).",
        ),
        (
            "MANDATORY MATCH (n) RETURN n",
            "MANDATORY MATCH is not supported in this release (line 1, column 1).",
        ),
        (
            "CALL db.labels()",
            "CALL of a procedure is not supported in this release (line 1, column 1).",
        ),
        (
            "RETURN point({x: 1, y: 2})",
            "The function point() is not supported in this release (line 1, column 8).",
        ),
        (
            "MATCH (n) RETURN n SKIP toInteger(rand())",
            "SKIP with a value that is not static is not supported in this release (line 1, column 20).",
        ),
        (
            "CREATE (n) RETURN n UNION MATCH (n) RETURN n",
            "UNION of mutation queries is not supported in this release (line 1, column 21).",
        ),
        (
            "RETURN date()",
            "Date and Time related functions are not supported in this release.",
        ),
        (
            "RETURN duration.between(a, b)",
            "Date and Time related functions are not supported in this release.",
        ),
        (
            "RETURN datetime.realtime()",
            "Date and Time related functions are not supported in this release.",
        ),
    ] {
        assert_refused(text, CODE, what);
    }
    for (text, message) in [
        (
            "MATCH (n:`~node`) RETURN n",
            "The label ~node at line 1, column 10 is reserved.",
        ),
        (
            "MATCH (n) SET n.a = 1, n.`~id` = 2",
            "The id of an element cannot be changed (line 1, column 26).",
        ),
        (
            "MATCH (n) REMOVE n.`~id`",
            "The id of an element cannot be changed (line 1, column 20).",
        ),
    ] {
        assert_refused(text, "BadRequestException", message);
    }
}

#[test]
fn what_the_engine_lacks() {
    for (text, what) in [
        (
            "RETURN 'a' =~ '[ab]'",
            "the operator =~ with this expression (line 1, column 12)",
        ),
        (
            "RETURN a + b =~ '(?i)b'",
            "the operator =~ with this expression (line 1, column 14)",
        ),
        (
            "MATCH (n)\nCALL { WITH n RETURN 1 AS x } RETURN x",
            "CALL with a subquery (line 2, column 1)",
        ),
        (
            "CALL neptune.read({}) YIELD row RETURN row",
            "neptune.read() (line 1, column 1)",
        ),
        (
            "RETURN reduce(s = 0, x IN l | s + x)",
            "reduce() (line 1, column 8)",
        ),
        (
            "RETURN {x: removeKeyFromMap({a: 1}, 'a')}",
            "removeKeyFromMap() (line 1, column 12)",
        ),
        ("RETURN `a``b`", "a backtick in a name (line 1, column 8)"),
        (
            "RETURN n{.*, a: 1}",
            "a map projection of all properties and others (line 1, column 8)",
        ),
        (
            "RETURN EXISTS { (n)-->(), (n)<--() }",
            "EXISTS with more than one pattern outside of WHERE (line 1, column 8)",
        ),
        (
            "RETURN COUNT { (n) }",
            "COUNT with more than one pattern (line 1, column 8)",
        ),
    ] {
        let message = format!("The emulator's graph engine does not have {what}.");
        assert_refused(text, "UnsupportedOperationException", &message);
    }
}

#[test]
fn the_manual_lists_what_the_engine_lacks() {
    let page = include_str!("../../../../docs/open_cypher.md").to_ascii_lowercase();
    for function in not_emulated::FUNCTIONS {
        assert!(page.contains(&format!("`{function}`")), "{function}");
        let message =
            format!("The emulator's graph engine does not have {function}() (line 1, column 8).");
        assert_refused(
            &format!("RETURN {function}(1)"),
            "UnsupportedOperationException",
            &message,
        );
    }
}

#[test]
fn limits() {
    let nested = |depth: usize| format!("RETURN {}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(translated(&nested(64), &Json::Null).is_ok());
    let malformed = "MalformedQueryException";
    assert_refused(
        &nested(65),
        malformed,
        "Malformed query: nested more than 64 levels deep.",
    );
    let cases = format!(
        "RETURN {}1{}",
        "CASE WHEN true THEN ".repeat(65),
        " END".repeat(65)
    );
    assert_refused(
        &cases,
        malformed,
        "Malformed query: nested more than 64 levels deep.",
    );
    let too_high = "Malformed query: too many nested brackets and operators in a row.";
    for operator in [" AND ", " + ", " = ", "-", ".", " IN "] {
        let chain = |length: usize| format!("RETURN {}", vec!["a"; length].join(operator));
        assert!(translated(&chain(1_500), &Json::Null).is_ok(), "{operator}");
        assert_refused(&chain(1_502), malformed, too_high);
    }
    assert_refused(
        &format!("RETURN {}true", "NOT ".repeat(1_501)),
        malformed,
        too_high,
    );
    let left = format!(
        "RETURN {}1{}",
        "(".repeat(60),
        " + 1".repeat(30) + &") + 1".repeat(60)
    );
    assert!(translated(&left, &Json::Null).is_ok());
    // Items of lists and clauses are not nested.
    assert!(
        translated(
            &format!("RETURN [{}]", vec!["1 + 1"; 5_000].join(",")),
            &Json::Null
        )
        .is_ok()
    );
    assert!(
        translated(
            &format!("RETURN {}1", "WITH 1 = 1 AS x ".repeat(5_000)),
            &Json::Null
        )
        .is_ok()
    );
    let long = format!("RETURN [{}]", vec!["1"; 100_000].join(","));
    assert_refused(
        &long,
        "QueryTooLargeException",
        "The query has more than 200000 tokens.",
    );
}

#[test]
fn ranges() {
    for range in [
        "range(0, 1048576)",
        "range(0, -2097152, -2)",
        "range(9223372036854775806, 9223372036854775807)",
        "range(-1, -9223372036854775808, -9223372036854775807)",
    ] {
        assert_refused(
            &format!("RETURN {range}"),
            "TimeLimitExceededException",
            "The emulator does not create a range() of more than 1048576 values.",
        );
    }
    assert_text(
        "RETURN range(0, size(l) - 1)",
        "RETURN [`~r` IN [[0, size(l) - 1]] | range(`~r`[0], \
         CASE WHEN toFloat(`~r`[1]) - toFloat(`~r`[0]) >= 1048576 OR toFloat(`~r`[1]) > 9.2e18 \
         THEN 'range() of more than 1048576 values' ELSE `~r`[1] END)][0]",
    );
    let stepped =
        translated("RETURN range($a, $b, $c)", &Json::Null).map(|translation| translation.text);
    assert!(stepped.is_ok_and(|text| text.ends_with("ELSE `~r`[1] END, `~r`[2])][0]")));
}

/// Time that grows with the square of the length would take minutes.
#[test]
fn long_queries() {
    let patterns = |clause: &str| {
        let patterns = (0..5_000).map(|index| format!("(n{index} {{`~id`: {index}}})"));
        format!("{clause} {}", patterns.collect::<Vec<_>>().join(", "))
    };
    let properties = (0..5_000)
        .map(|index| format!("n{index}.`~id`"))
        .collect::<Vec<_>>();
    for text in [
        patterns("CREATE"),
        patterns("MATCH") + " RETURN 1",
        patterns("MATCH") + " WHERE " + &vec!["id(n1) = 1"; 1_000].join(" AND "),
        format!("MATCH (n) SET n.x = [{}]", properties.join(", ")),
        format!("RETURN [{}]", vec!["id(n)"; 10_000].join(", ")),
        "WITH 1 AS x ".repeat(10_000) + "RETURN 1",
        "\n".repeat(200_000) + "RETURN 1",
    ] {
        let _ = translated(&text, &Json::Null).map(|translation| translation.locate(1, 1));
    }
}

#[test]
fn large_values() {
    let message = "The emulator does not make values of more than 128 MiB.";
    let doubled = |start: &str, clause: &str, times: usize| {
        format!("{start} {} RETURN size(s)", clause.repeat(times))
    };
    for text in [
        doubled("WITH 'abcdefgh' AS s", " WITH s + s AS s", 40),
        doubled("WITH [1, 2] AS s", " WITH s + s AS s", 40),
        doubled("WITH [1] AS s", " WITH [s, s] AS s", 40),
        doubled("WITH {a: 1} AS s", " WITH {a: s, b: s} AS s", 40),
        doubled(
            "WITH 'x' AS s",
            " WITH replace(s, 'x', 'xxxxxxxx') AS s",
            20,
        ),
        doubled("WITH 'x' AS s, 1 AS t", " WITH *, s + s AS s", 40),
        "MATCH (n)".to_owned() + &" SET n.s = n.s + n.s".repeat(40),
        "RETURN size([a IN range(1, 10000) | [b IN range(1, 10000) | a]])".to_owned(),
        "WITH range(1, 10000) AS l RETURN size([a IN l | l])".to_owned(),
        "WITH range(1, 1000000) AS l UNWIND range(1, 1000) AS a RETURN size(collect(l))".to_owned(),
    ] {
        assert_refused(&text, "TimeLimitExceededException", message);
    }
    for text in [
        doubled("WITH 'abcdefgh' AS s", " WITH s + s AS s", 20),
        doubled("WITH [1] AS s", " WITH s + 1 AS s", 500),
        "RETURN size([a IN range(1, 1000000) | a * a + a])".to_owned(),
        "WITH range(1, 1000000) AS l RETURN l[0] + l[1] + size(l), [l[0], l[1], l[2]]".to_owned(),
        "WITH range(1, 10000) AS l RETURN size([a IN l WHERE size(l) > a | a])".to_owned(),
        "UNWIND range(1, 190000) AS a RETURN a, 'a text', {a: a, b: [a, a]} AS m".to_owned(),
    ] {
        assert!(translated(&text, &json!({})).is_ok(), "{text}");
    }
    let row: Vec<String> = (0..20).map(|column| format!("value {column}")).collect();
    let rows = json!({ "rows": vec![row; 100_000] });
    let text = "WITH $rows AS rows UNWIND rows AS row MERGE (n:N {`~id`: row[0]}) SET n.x = row[1]";
    assert!(translated(text, &rows).is_ok());
}
