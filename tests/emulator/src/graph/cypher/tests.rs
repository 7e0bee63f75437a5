use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::*;

mod refusals;

/// The time in all tests.
const NOW: i64 = 1_700_000_000_000;

fn translated(text: &str, parameters: &Json) -> Result<Translation, Failure> {
    let empty = Map::new();
    translate(&QueryInput {
        text,
        parameters: parameters.as_object().unwrap_or(&empty),
        now: NOW,
    })
}

#[track_caller]
fn assert_text(text: &str, expected: &str) {
    match translated(text, &Json::Null) {
        Ok(translation) => assert_eq!(translation.text, expected, "{text}"),
        Err(failure) => panic!("{text}: {failure:?}"),
    }
}

#[track_caller]
fn assert_refused(text: &str, code: &str, message: &str) {
    match translated(text, &Json::Null) {
        Ok(translation) => panic!("{text}: {}", translation.text),
        Err(failure) => {
            assert_eq!(failure.code, code, "{text}");
            assert_eq!(failure.message, message, "{text}");
        }
    }
}

#[track_caller]
fn columns(text: &str) -> Option<Vec<String>> {
    match translated(text, &Json::Null) {
        Ok(translation) => translation.columns,
        Err(failure) => panic!("{text}: {failure:?}"),
    }
}

#[test]
fn what_needs_no_change() {
    for text in [
        "MATCH (a:A)-[r:R*1..2 {w: 1}]->(b) WHERE a.name STARTS WITH 'x' RETURN a, r, b.name",
        "RETURN 1;",
        "  MATCH (n) // comment\n /* another */ RETURN n.id, $`id`, {id: 1, size: 2}  ",
        "UNWIND $`rows` AS row MERGE (n:P {name: row.name}) ON MATCH SET n.seen = 1 RETURN count(n)",
        "MATCH (n:P) WHERE NOT (n)-->() AND EXISTS { (n)--() } RETURN [(n)-->(m) | m.name]",
        "MATCH (n) SET n:Label, n.x = n.`~id` REMOVE n.match DETACH DELETE n",
        "CREATE (n:Count {a: 1}), (:Exists {b: [1]})-[:Set {b: [1]}]->({c: 'd'}), (:L {e: 1})",
        "MATCH (a), (n:L) RETURN a, n:Order, n.set",
        "RETURN range(1, 1048576), range(0, 5, 0), [1, 2][0..1], 0x1F, 1.5e-3, 'it''s'",
        "WITH {year: 1} AS date RETURN date.year, 'MATCH (n:`~node`) ^ =~ id(n)'",
    ] {
        assert_text(text, text);
    }
}

#[test]
fn ids() {
    assert_text(
        "MATCH p = (n) RETURN id(n), ID(startNode(r)), id(nodes(p)[0])",
        "MATCH p = (n) RETURN n.`~id`, (startNode(r)).`~id`, (nodes(p)[0]).`~id`",
    );
    // New elements have an id only after the query.
    assert_text(
        "CREATE (n) RETURN id(n)",
        "CREATE (n) RETURN coalesce(n.`~id`, '\u{f8ff}' + toString(id(n)) + ';')",
    );
    assert_text(
        "MERGE (n) RETURN id(head([n]))",
        "MERGE (n) RETURN [`~e` IN [(head([n]))] | \
         coalesce(`~e`.`~id`, '\u{f8ff}' + toString(id(`~e`)) + ';')][0]",
    );
}

#[test]
fn nodes_with_ids() {
    for (text, expected) in [
        (
            "UNWIND $rows AS row MATCH (n) WHERE id(n) = row.id RETURN n",
            "UNWIND $`rows` AS row MATCH (n:`~node`) WHERE n.`~id` = coalesce(row.id) RETURN n",
        ),
        (
            "MATCH (n {`~id`: 'a'})-->(:P {`~id`: $b}) RETURN n",
            "MATCH (n:`~node` {`~id`: 'a'})-->(:`~node`:P {`~id`: $`b`}) RETURN n",
        ),
        (
            "OPTIONAL MATCH (n:P), (m) WHERE id(n) = 1 OR m.`~id` = 2 RETURN n",
            "OPTIONAL MATCH (n:`~node`:P), (m:`~node`) WHERE n.`~id` = 1 OR m.`~id` = 2 RETURN n",
        ),
        // The scan of a label is faster than that of all nodes.
        (
            "MATCH (n:P) WHERE id(n) > 'a' RETURN n",
            "MATCH (n:P) WHERE n.`~id` > 'a' RETURN n",
        ),
        (
            "MATCH (a)-[r {`~id`: 'r'}]->() RETURN a",
            "MATCH (a)-[r {`~id`: 'r'}]->() RETURN a",
        ),
        (
            "MERGE (n:P {`~id`: 'a'}) MERGE (m {b: 1}) MERGE (o {`~id`: 'c'})",
            "MERGE (n:`~node`:P {`~id`: 'a'}) MERGE (m {b: 1}) MERGE (o {`~id`: 'c'})",
        ),
        (
            "MATCH (a {`~id`: 1}) MATCH (b {`~id`: 2}) MERGE (a)-[:R]->(b)",
            "MATCH (a:`~node` {`~id`: 1}) MATCH (b:`~node` {`~id`: 2}) MERGE (a)-[:R]->(b)",
        ),
        (
            "CREATE (n {`~id`: 'a'}) WITH n MATCH (m {`~id`: 'b'}) RETURN m",
            "CREATE (n {`~id`: 'a'}) WITH n MATCH (m {`~id`: 'b'}) RETURN m",
        ),
    ] {
        assert_text(text, expected);
    }
}

#[test]
fn functions() {
    for (text, expected) in [
        (
            "RETURN labels(n), keys(n)[0]",
            "RETURN [`~e` IN labels(n) WHERE `~e` <> '~node'], [`~e` IN keys(n) WHERE `~e` <> '~id'][0]",
        ),
        (
            "MATCH (n) WHERE exists(n.a) AND exists((n)-->()) RETURN size((n)--())",
            "MATCH (n) WHERE ((n.a) IS NOT NULL) AND (size([(n)-->() | 1]) > 0) RETURN size([(n)--() | 1])",
        ),
        (
            "RETURN datetime(), timestamp() + 1, pi(), e()",
            "RETURN datetime.fromEpochMillis(1700000000000), (1700000000000) + 1, 3.141592653589793, 2.718281828459045",
        ),
        (
            "RETURN epochmillis(d), year(d), degrees(x), {x: radians(x)}",
            "RETURN (d).epochMillis, (d).year, ((x) * 57.29577951308232), {x: ((x) * 0.017453292519943295)}",
        ),
        ("RETURN $all, $x", "RETURN $`all`, $`x`"),
        (
            "UNWIND $rows AS row CREATE (n) SET n = removeKeyFromMap(row, '~id')",
            "UNWIND $`rows` AS row CREATE (n) SET n = (row )",
        ),
        (
            "RETURN join(['a', \"b\"], ', ') + join([], ''), datetime('2024-01-02'), datetime($d)",
            "RETURN ('a' + ', ' + \"b\"  ) + ('' ), datetime('2024-01-02T00:00:00Z'), datetime($`d`)",
        ),
        (
            "RETURN a.b =~ 'x.*', a =~ '.*x', NOT a =~ '.*x y.*' AND a + b =~ \"x\"",
            "RETURN a.b STARTS WITH 'x', a ENDS WITH 'x', NOT a CONTAINS 'x y' AND a + b IN ['x']",
        ),
        (
            "RETURN NOT a.`b`.c =~ '(?i).*Bo.*'",
            "RETURN NOT toLower(a.`b`.c) CONTAINS 'bo'",
        ),
        (
            "RETURN reduce(sum = 0, x IN [1, y.x] | sum + x * 2), reduce(s = 'a', x IN [] | s + x)",
            "RETURN (((0) + (1) * 2) + (y.x) * 2)            , ('a')         ",
        ),
        ("RETURN 'a\r\nb'", "RETURN 'a\\r\\nb'"),
    ] {
        assert_text(text, expected);
    }
}

#[test]
fn subqueries_and_projections() {
    for (text, expected) in [
        (
            "MATCH (n) WHERE EXISTS { MATCH (n)-->(m) WHERE m.a = 1 } RETURN n",
            "MATCH (n) WHERE EXISTS { MATCH (n)-->(m) WHERE m.a = 1  RETURN 1 AS `~1`} RETURN n",
        ),
        (
            "MATCH (n) WHERE EXISTS { (n)-->(), (n)<--() } RETURN n",
            "MATCH (n) WHERE EXISTS { MATCH  (n)-->(), (n)<--()  RETURN 1 AS `~1`} RETURN n",
        ),
        (
            "MATCH (n) RETURN EXISTS {(n)-->()}, COUNT {MATCH (n)--(m) WHERE m.a = 1}",
            "MATCH (n) RETURN (size([ (n)-->() | 1]) > 0), size([  (n)--(m) WHERE m.a = 1 | 1])",
        ),
        (
            "MATCH (n {a: 1}) RETURN n{.name, x: id(n), m}, collect(n {x: 1}), n{.*}",
            "MATCH (n {a: 1}) RETURN (CASE WHEN n IS NULL THEN null ELSE {name: n.name, x: n.`~id`, m: m} END), \
             collect((CASE WHEN n IS NULL THEN null ELSE  {x: 1} END)), properties(n)",
        ),
    ] {
        assert_text(text, expected);
    }
}

#[test]
fn parameters_as_properties() -> Result<(), Failure> {
    let parameters = json!({"props": {"~id": "a", "first name": 1}, "other": 1});
    let translation = translated("CREATE (n:P $props)-[:R $props]->()", &parameters)?;
    assert_eq!(
        translation.text,
        "CREATE (n:P {`first name`: $`props`.`first name`, `~id`: $`props`.`~id`})\
         -[:R {`first name`: $`props`.`first name`, `~id`: $`props`.`~id`}]->()"
    );
    let failure = translated("CREATE ($props)", &json!({"props": {"a`b": 1}})).unwrap_err();
    assert_eq!(failure.status, 501);
    let failure = translated("CREATE ($missing)", &parameters).unwrap_err();
    assert_eq!(failure.code, "MissingParameterException");
    assert_eq!(failure.message, "Expected parameter(s): missing");
    let failure = translated("CREATE ($other)", &parameters).unwrap_err();
    assert_eq!(failure.code, "BadRequestException");
    assert_eq!(failure.message, "The properties $other must be a map.");
    Ok(())
}

#[test]
fn hints() -> Result<(), Failure> {
    let text = "USING QUERY:TIMEOUTMILLISECONDS 200 Using query:planCache 'Enabled' \
                USING QUERY:assumeConsistentDataTypes \"TRUE\" USING QUERY:TIMEOUTMILLISECONDS 100 MATCH (n) RETURN n";
    let translation = translated(text, &Json::Null)?;
    assert_eq!(translation.text.trim_start(), "MATCH (n) RETURN n");
    assert_eq!(translation.limit, Some(Duration::from_millis(100)));
    for (hint, message) in [
        ("USING QUERY:OTHER 1", "Unknown query hint"),
        ("USING CLAUSE:PLANCACHE 'enabled'", "Unknown query hint"),
        ("USING INDEX n:P(name)", "Unknown query hint"),
        ("USING QUERY:PLANCACHE 'x'", "Invalid value of a query hint"),
        (
            "USING QUERY:TIMEOUTMILLISECONDS -1",
            "Invalid value of a query hint",
        ),
        (
            "USING QUERY:TIMEOUTMILLISECONDS 1.5",
            "Invalid value of a query hint",
        ),
    ] {
        assert_refused(
            &format!("{hint} RETURN 1"),
            "MalformedQueryException",
            &format!("Malformed query: {message} at line 1, column 1."),
        );
    }
    Ok(())
}

#[test]
fn names_of_columns() {
    let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    for (text, expected) in [
        (
            "MATCH (n) RETURN DISTINCT n.name AS `x y`, id( n ), count(*) , `a b`, {a: [1, 2]} ORDER BY n LIMIT 1",
            names(&["x y", "id( n )", "count(*)", "a b", "{a: [1, 2]}"]),
        ),
        (
            "RETURN EXISTS { MATCH (n)-->(m) WHERE true } AS e, 1;",
            names(&["e", "1"]),
        ),
        ("RETURN 1 AS a UNION RETURN 2 AS b", names(&["a"])),
        ("MATCH (n) RETURN *", None),
        ("CREATE (n)", None),
    ] {
        assert_eq!(columns(text), expected, "{text}");
    }
}

#[test]
fn places() -> Result<(), Failure> {
    let text = "USING QUERY:PLANCACHE 'enabled'\nMATCH (ü {`~id`: 1}) WHERE labels(n) = 1\nRETURN id(n) oops";
    let translation = translated(text, &Json::Null)?;
    let at = |text: &str, part: &str| edits::place(text, text.find(part).unwrap_or_default());
    for (part, original) in [
        ("MATCH", (2, 1)),
        ("ü", (2, 8)),
        (":`~node`", (2, 8)),
        ("{`~id`: 1}", (2, 10)),
        ("= 1", (2, 38)),
        ("RETURN", (3, 1)),
        ("oops", (3, 14)),
    ] {
        let (line, column) = at(&translation.text, part);
        assert_eq!(translation.locate(line, column), original, "{part}");
    }
    assert_eq!(translation.locate(3, 1_000), (3, 18));
    assert_eq!(translation.locate(0, 0), (1, 6));
    Ok(())
}

/// Pieces of queries.
const PIECES: &[&str] = &[
    "MATCH",
    "OPTIONAL",
    "MERGE",
    "CREATE",
    "SET",
    "REMOVE",
    "WHERE",
    "RETURN",
    "WITH",
    "UNWIND",
    "UNION",
    "CALL",
    "EXISTS",
    "COUNT",
    "USING",
    "QUERY",
    "SKIP",
    "LIMIT",
    "AS",
    "CASE",
    "END",
    "STARTS",
    "id",
    "labels",
    "range",
    "size",
    "datetime",
    "n",
    "`~id`",
    "`~node`",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "-",
    "<",
    ">",
    "=",
    "+=",
    ".",
    "..",
    ",",
    ":",
    ";",
    "$",
    "*",
    "|",
    "1",
    "'a'",
    "\"",
    "`",
    "/*",
    "//",
    "\n",
    " ",
    "^",
    "=~",
    "ü",
    "removeKeyFromMap",
    "reduce",
    "join",
];

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = translated(&text, &Json::Null).map(|translation| translation.locate(1, 5));
    }

    #[test]
    fn no_query_panics(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40), space in " ?") {
        let parameters = json!({"n": {"a": 1}});
        if let Ok(translation) = translated(&pieces.join(&space), &parameters) {
            prop_assert!(translation.locate(9, 9) >= (1, 1));
        }
    }
}

#[test]
fn the_last_return_of_a_write() {
    assert_text("CREATE (n) RETURN *", "CREATE (n) WITH * RETURN *");
    assert_text(
        "CREATE (n) RETURN DISTINCT * SKIP 1",
        "CREATE (n) WITH * RETURN DISTINCT * ORDER BY true SKIP 1",
    );
    assert_text(
        "MATCH (n) SET n.x = 1 RETURN n LIMIT 1",
        "MATCH (n) SET n.x = 1 RETURN n ORDER BY true LIMIT 1",
    );
    for text in [
        "MATCH (n) RETURN n LIMIT 1",
        "MATCH (n) SET n.x = 1 RETURN n ORDER BY n.y LIMIT 1",
        "MATCH (n) SET n.limit = 1 WITH n LIMIT 2 RETURN n",
    ] {
        assert_text(text, text);
    }
}

#[test]
fn products_of_lists_are_limited() {
    let limited = "TimeLimitExceededException";
    let message = "The emulator does not create more than 200000 rows.";
    for text in [
        "UNWIND range(1, 5000) AS x UNWIND range(1, 5000) AS y RETURN count(*)",
        "UNWIND range(1, 5000) AS x WITH x UNWIND range(5000, 1, -1) AS y RETURN x",
        "UNWIND range(1, 200000) AS x UNWIND [1, 2] AS y RETURN x",
    ] {
        assert_refused(text, limited, message);
    }
    for text in [
        "UNWIND range(1, 100) AS x UNWIND range(1, 100) AS y RETURN count(*)",
        "UNWIND range(1, 1000000) AS x WITH x LIMIT 5 RETURN x",
        "UNWIND range(1, 5000) AS x WITH count(x) AS c UNWIND range(1, 5000) AS y RETURN y",
        "UNWIND range(1, 5000) AS x WITH x WHERE x = 1 UNWIND range(1, 5000) AS y RETURN y",
        "UNWIND range(1, 5000) AS x RETURN x UNION UNWIND range(1, 5000) AS x RETURN x",
    ] {
        assert_text(text, text);
    }
    let rows = json!({ "rows": vec![0; 500] });
    let text = "UNWIND $rows AS x UNWIND $rows AS y RETURN x";
    assert!(translated(text, &rows).is_err());
}
