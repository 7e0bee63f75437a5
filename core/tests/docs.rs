//! The documentation matches the code.

#[test]
fn the_retry_table_in_the_docs_is_the_one_in_the_code() {
    let page = include_str!("../docs/retry.md");
    let table = neptunedata::retry::retry_table();
    assert!(
        page.contains(&table),
        "put this into docs/retry.md:\n\n{table}"
    );
}

/// The page of an operation has everything that a user has to know.
#[test]
fn pages_of_operations_are_complete() {
    let mut pages = 0;
    let mut missing = Vec::new();
    for (path, source) in sources(concat!(env!("CARGO_MANIFEST_DIR"), "/src").as_ref()) {
        if path.ends_with("operation_macros.rs") || path.ends_with("streams/page.rs") {
            continue;
        }
        // The macros add the route and the link to the page.
        let declared = [
            "operation! {\n",
            "custom_request! {\n",
            "graph_request! {\n",
            "change_stream! {\n",
        ]
        .iter()
        .find_map(|start| source.split_once(start));
        let (before, name) = match (declared, source.split_once("\nimpl Operation for ")) {
            (Some((_, declared)), _) => {
                let rest = declared.split_once("pub struct ").map(|(_, rest)| rest);
                (declared, rest.unwrap_or_default())
            }
            (None, Some((before, name))) => (before, name),
            (None, None) => continue,
        };
        let name = name.split([' ', '{']).next().unwrap_or_default();
        let Some((page, _)) = before.split_once(&format!("pub struct {name} {{")) else {
            panic!("{path}: no struct {name}");
        };
        let page: Vec<_> = page
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("///"))
            .collect();
        let mut page = page.join("\n");
        if declared.is_some() {
            page += "<https://docs.aws.amazon.com/neptune/";
        }
        let unwrapped = page.replace("\n ", " ");
        let says = |words: &[&str]| {
            let mut words = words.iter();
            words.any(|word| page.contains(word) || unwrapped.contains(word))
        };
        for (what, words) in [
            ("an example", &["\n ```\n"][..]),
            ("an answer", &["response::<", "answer"]),
            ("the effect", &["read", "Idempotent", "idempotent", "write"]),
            ("the IAM action", &["`neptune-db:"]),
            ("the engine", &["engine ", "Engine "]),
            (
                "exceptions",
                &[
                    "Exception`",
                    "The exceptions are those",
                    "Errors are those of",
                    "HTTP 4",
                    "HTTP 5",
                ],
            ),
            ("a link", &["<https://docs.aws.amazon.com/neptune/"]),
        ] {
            if !says(words) {
                missing.push(format!("{name}: {what}"));
            }
        }
        pages += 1;
    }
    let operations =
        neptunedata::catalog::OPERATIONS.len() + neptunedata::catalog::SPARQL_OPERATIONS.len();
    assert_eq!(pages, operations);
    assert!(missing.is_empty(), "{missing:#?}");
}

// The crate itself must not read files; a test of its sources has to.
#[allow(clippy::disallowed_methods)]
fn sources(folder: &std::path::Path) -> Vec<(String, String)> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources.extend(self::sources(&path));
        } else {
            let source = std::fs::read_to_string(&path).expect("a source");
            sources.push((path.display().to_string(), source));
        }
    }
    sources
}
