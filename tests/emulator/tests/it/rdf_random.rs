//! Random updates of the RDF engine: the graph agrees with a model, and the change stream, applied to an empty cluster,
//! gives the same graph.

use std::collections::BTreeSet;

use http::Method;
use neptunedata_emulator::{Config, Emulator};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::rdf::{query, update};
use crate::support::{Ask, delete, send, stream};

const FALLBACK: &str = "<http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph>";
const GRAPHS: [&str; 3] = [FALLBACK, "<urn:g1>", "<urn:g2>"];
const OBJECTS: [&str; 6] = [
    "<urn:s1>",
    r#""a \"b\"\n<urn:g1> ." "#,
    "\"\u{e4}\u{1f98e}\"@de",
    r#""1"^^<http://www.w3.org/2001/XMLSchema#integer>"#,
    r#""""#,
    "<urn:o>",
];

/// Subject, predicate and object; then the graph.
type Quad = (String, &'static str);

fn triples() -> impl Strategy<Value = String> {
    let subjects = select(vec!["<urn:s1>", "<urn:s2>", "<urn:s3>"]);
    let predicates = select(vec!["<urn:p1>", "<urn:p2>"]);
    let objects = select(OBJECTS.map(str::trim).to_vec());
    (subjects, predicates, objects).prop_map(|(s, p, o)| format!("{s} {p} {o}"))
}

fn graphs() -> impl Strategy<Value = &'static str> {
    select(GRAPHS.to_vec())
}

/// A write. Where the graph is `None`, the text has no graph.
#[derive(Clone, Debug)]
enum Write {
    Insert(Vec<(String, Option<&'static str>)>),
    Delete(Vec<(String, Option<&'static str>)>),
    /// Moves the triples of a predicate from all graphs to one.
    Move(&'static str, &'static str, &'static str),
    DeleteSubject(&'static str),
    /// `None` clears all graphs.
    Clear(Option<&'static str>),
    Put(&'static str, Vec<String>),
    Post(&'static str, Vec<String>),
    DeleteGraph(&'static str),
}

fn writes() -> impl Strategy<Value = Write> {
    use Write::*;

    let quads = || vec((triples(), proptest::option::of(graphs())), 1..4);
    let predicates = || select(vec!["<urn:p1>", "<urn:p2>"]);
    let subjects = select(vec!["<urn:s1>", "<urn:s2>", "<urn:s3>"]);
    prop_oneof![
        4 => quads().prop_map(Insert),
        2 => quads().prop_map(Delete),
        1 => (predicates(), predicates(), graphs()).prop_map(|(from, to, graph)| Move(from, to, graph)),
        1 => subjects.prop_map(DeleteSubject),
        1 => proptest::option::of(graphs()).prop_map(Clear),
        1 => (graphs(), vec(triples(), 0..3)).prop_map(|(graph, triples)| Put(graph, triples)),
        1 => (graphs(), vec(triples(), 0..3)).prop_map(|(graph, triples)| Post(graph, triples)),
        1 => graphs().prop_map(DeleteGraph),
    ]
}

fn data(quads: &[(String, Option<&'static str>)]) -> String {
    let quads = quads.iter().map(|(triple, graph)| match graph {
        Some(graph) => format!("GRAPH {graph} {{ {triple} }} "),
        None => format!("{triple} . "),
    });
    quads.collect()
}

impl Write {
    /// Executes it in the emulator.
    fn execute(&self, neptune: &mut Emulator) {
        let mut store = |method: Method, graph: &str, triples: &[String]| {
            let parameter = if graph == FALLBACK {
                "default".to_owned()
            } else {
                format!("graph={}", graph.trim_matches(['<', '>']))
            };
            let target = format!("/sparql/gsp/?{parameter}");
            let request = if method == Method::DELETE {
                delete(&target)
            } else {
                let body: String = triples
                    .iter()
                    .map(|triple| format!("{triple} .\n"))
                    .collect();
                send(method, &target, "application/n-triples", body)
            };
            let status = neptune.answer(request).status().as_u16();
            assert!([201, 204, 404].contains(&status), "{status}");
        };
        match self {
            Self::Put(graph, triples) => store(Method::PUT, graph, triples),
            Self::Post(graph, triples) => store(Method::POST, graph, triples),
            Self::DeleteGraph(graph) => store(Method::DELETE, graph, &[]),
            Self::Insert(quads) => update(neptune, &format!("INSERT DATA {{ {} }}", data(quads))),
            Self::Delete(quads) => update(neptune, &format!("DELETE DATA {{ {} }}", data(quads))),
            Self::Move(from, to, graph) => update(
                neptune,
                &format!(
                    "DELETE {{ GRAPH ?g {{ ?s {from} ?o }} }} INSERT {{ GRAPH {graph} {{ ?s {to} ?o }} }} \
                     WHERE {{ GRAPH ?g {{ ?s {from} ?o }} }}"
                ),
            ),
            Self::DeleteSubject(subject) => {
                update(neptune, &format!("DELETE WHERE {{ {subject} ?p ?o }}"));
            }
            Self::Clear(Some(FALLBACK)) => update(neptune, "CLEAR DEFAULT"),
            Self::Clear(Some(graph)) => update(neptune, &format!("CLEAR SILENT GRAPH {graph}")),
            Self::Clear(None) => update(neptune, "CLEAR ALL"),
        }
    }

    /// Executes it in the model.
    fn model(&self, quads: &mut BTreeSet<Quad>) {
        let in_graph = |triples: &[String], graph| -> Vec<Quad> {
            triples
                .iter()
                .map(|triple| (triple.clone(), graph))
                .collect()
        };
        match self {
            Self::Insert(added) => {
                quads.extend(
                    added
                        .iter()
                        .map(|(triple, graph)| (triple.clone(), graph.unwrap_or(FALLBACK))),
                );
            }
            // Without a graph, from all graphs.
            Self::Delete(removed) => quads.retain(|(triple, graph)| {
                let matches = |(it, of): &(String, Option<&str>)| {
                    it == triple && of.is_none_or(|of| of == *graph)
                };
                !removed.iter().any(matches)
            }),
            Self::Move(from, to, graph) => {
                let from = format!(" {from} ");
                let moved: Vec<Quad> = quads
                    .extract_if(.., |(triple, _)| triple.contains(&from))
                    .collect();
                quads.extend(
                    moved
                        .iter()
                        .map(|(triple, _)| (triple.replacen(&from, &format!(" {to} "), 1), *graph)),
                );
            }
            Self::DeleteSubject(subject) => {
                quads.retain(|(triple, _)| !triple.starts_with(subject))
            }
            Self::Clear(Some(graph)) | Self::DeleteGraph(graph) => {
                quads.retain(|(_, it)| it != graph)
            }
            Self::Clear(None) => quads.clear(),
            Self::Put(graph, triples) => {
                quads.retain(|(_, it)| it != graph);
                quads.extend(in_graph(triples, graph));
            }
            Self::Post(graph, triples) => quads.extend(in_graph(triples, graph)),
        }
    }
}

/// All quads, as the engine writes them.
fn stored(neptune: &mut Emulator) -> BTreeSet<Quad> {
    let mut all = BTreeSet::new();
    for graph in GRAPHS {
        let construct =
            format!("CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}");
        let response = neptune.answer(query(&construct));
        let body = String::from_utf8(response.body().to_vec()).expect("UTF-8");
        all.extend(
            body.lines()
                .map(|line| (line.trim_end_matches([' ', '.']).to_owned(), graph)),
        );
    }
    all
}

/// The quad of a record.
fn quad(record: &Value) -> Quad {
    let statement = record["data"]["stmt"].as_str().expect("a statement");
    let statement = statement.strip_suffix(" .\n").expect("N-Quads");
    for graph in GRAPHS {
        if let Some(triple) = statement.strip_suffix(graph) {
            return (triple.trim_end().to_owned(), graph);
        }
    }
    (statement.to_owned(), FALLBACK)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_change_stream_gives_the_same_graph(writes in vec(writes(), 1..12)) {
        let config = Config::default().rdf_engine(true).streams(true);
        let mut neptune = Emulator::new(config.clone());
        let mut model = BTreeSet::new();
        let mut commits = 0;
        for write in &writes {
            let before = model.clone();
            write.execute(&mut neptune);
            write.model(&mut model);
            prop_assert_eq!(stored(&mut neptune), model.clone(), "{:?}", write);
            commits += u64::from(model != before);
        }
        let mut copy = Emulator::new(config);
        let mut replayed = BTreeSet::new();
        let followed = stream(&mut neptune, "/sparql/stream");
        prop_assert_eq!(followed.len() as u64, commits);
        for commit in &followed {
            let operations = commit.iter().map(|record| {
                let (triple, graph) = quad(record);
                let is_added = record["op"] == "ADD";
                let changed = if is_added {
                    replayed.insert((triple.clone(), graph))
                } else {
                    replayed.remove(&(triple.clone(), graph))
                };
                assert!(changed, "{record}");
                let verb = if is_added { "INSERT" } else { "DELETE" };
                format!("{verb} DATA {{ GRAPH {graph} {{ {triple} }} }}")
            });
            let operations: Vec<_> = operations.collect();
            update(&mut copy, &operations.join(" ; "));
        }
        prop_assert_eq!(&stored(&mut copy), &model);
        let summary = neptune.get("/rdf/statistics/summary")["payload"]["graphSummary"].take();
        prop_assert_eq!(&summary["numQuads"], model.len());
    }
}
