//! SPARQL and the Graph Store Protocol over both drivers, executed by a real engine: the emulator's feature `oxigraph`.

#![allow(missing_docs)]
#![cfg(feature = "oxigraph")]

use std::collections::BTreeMap;

use neptunedata::{
    CallOptions, Error, ErrorKind, ExceptionKind, Operation,
    sparql::{
        DeleteGraph, ExecuteSparqlQuery, ExecuteSparqlUpdate, GetGraph, PostGraph, PutGraph,
        SparqlMediaType,
    },
    streams::{ChangeOp, GetSparqlStream},
    summary::{GetRdfGraphSummary, GraphSummaryType},
};
use neptunedata_emulator::{Config, Emulator, Server};
use neptunedata_tests::client::{Client, Driver, quick};
use neptunedata_tests::scenarios::{Keys, Setting};
use serde::Deserialize;

const PEOPLE: &str = "http://example.org/people";

#[derive(Debug, PartialEq, Deserialize)]
struct Person {
    name: String,
    born: i32,
}

struct Store {
    server: Server,
    client: Client,
}

impl Store {
    fn new(driver: Driver) -> Store {
        let keys = Setting::default().credentials;
        let config = Config::default()
            .iam(keys.access_key_id(), keys.secret_access_key(), "us-east-1")
            .rdf_engine(true)
            .streams(true);
        let server = Server::start(Emulator::new(config)).unwrap();
        let client = Setting::default()
            .client(driver, &server.endpoint(), quick(), Keys::Fixed)
            .unwrap();
        Store { server, client }
    }

    fn call<O: Operation>(&self, operation: &O) -> Result<O::Output, Error> {
        let answered = self.client.call(operation, CallOptions::new())?;
        Ok(answered.output)
    }

    fn update(&self, text: &str) {
        self.call(&ExecuteSparqlUpdate::new(text)).unwrap();
    }

    fn people(&self, of: &str) -> Vec<Person> {
        let text = format!(
            "PREFIX : <http://example.org/> SELECT ?name ?born {of} \
             {{ ?p :name ?name ; :born ?born }} ORDER BY ?born"
        );
        let output = self.call(&ExecuteSparqlQuery::select(text)).unwrap();
        output.rows().unwrap()
    }

    fn ask(&self, text: &str) -> bool {
        let output = self.call(&ExecuteSparqlQuery::ask(text)).unwrap();
        output.boolean().unwrap()
    }

    fn triples(&self) -> Vec<String> {
        let get = GetGraph::named(PEOPLE).accept(SparqlMediaType::NTriples);
        let graph = self.call(&get).unwrap();
        assert_eq!(graph.media_type, Some(SparqlMediaType::NTriples));
        let mut lines: Vec<_> = graph.body.text().lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    }
}

fn person(name: &str, born: i32) -> Person {
    let name = name.to_owned();
    Person { name, born }
}

#[test]
fn queries_and_updates_are_executed() {
    for driver in Driver::ALL {
        let store = Store::new(driver);
        assert_eq!(store.people(""), [], "{driver}");
        store.update(
            "PREFIX : <http://example.org/> INSERT DATA { :ada :name 'Ada' ; :born 1815 . } ; \
             INSERT DATA { GRAPH :people { :alan :name 'Al\u{e4}n & + \u{1f98e}' ; :born 1912 . } }",
        );
        // Without a dataset it is the union of all graphs.
        let both = [person("Ada", 1815), person("Al\u{e4}n & + \u{1f98e}", 1912)];
        assert_eq!(store.people(""), both, "{driver}");
        let from = format!("FROM <{PEOPLE}>");
        assert_eq!(store.people(&from), both[1..], "{driver}");
        assert!(store.ask("ASK { ?p <http://example.org/born> 1815 }"));
        assert!(!store.ask("ASK { ?p <http://example.org/born> 1816 }"));

        let construct = ExecuteSparqlQuery::construct(
            "CONSTRUCT { ?p <http://example.org/called> ?n } \
             WHERE { ?p <http://example.org/name> ?n ; <http://example.org/born> 1815 }",
        );
        let graph = store.call(&construct).unwrap();
        assert_eq!(graph.media_type, Some(SparqlMediaType::NQuads), "{driver}");
        let triple = "<http://example.org/ada> <http://example.org/called> \"Ada\" .";
        assert_eq!(graph.text().trim(), triple, "{driver}");

        store.update("DELETE WHERE { ?p <http://example.org/born> 1815 }");
        assert_eq!(store.people(""), both[1..], "{driver}");

        let broken = store.call(&ExecuteSparqlQuery::select("SELECT ?s WHERE {"));
        let error = broken.unwrap_err();
        let malformed = ErrorKind::Service(ExceptionKind::MalformedQueryException);
        assert_eq!(error.kind(), malformed, "{driver}: {error}");
        store.server.with(|emulator| {
            assert_eq!(emulator.executed("ExecuteSparqlUpdate"), 2, "{driver}");
        });
    }
}

#[test]
fn graphs_are_put_extended_read_and_deleted() {
    let turtle = || SparqlMediaType::Turtle;
    let ada = "<http://example.org/ada> <http://example.org/name> \"Ada\" .";
    let alan = "<http://example.org/alan> <http://example.org/name> \"Alan\" .";
    for driver in Driver::ALL {
        let store = Store::new(driver);
        let put = |text: &str| PutGraph::named(PEOPLE, turtle(), text.to_owned());
        store.call(&put(ada)).unwrap();
        assert_eq!(store.triples(), [ada], "{driver}");
        store.call(&put(alan)).unwrap();
        assert_eq!(store.triples(), [alan], "{driver}: a graph is replaced");
        let post = PostGraph::named(PEOPLE, turtle(), ada.to_owned());
        store.call(&post).unwrap();
        assert_eq!(
            store.triples(),
            [ada, alan],
            "{driver}: a graph is extended"
        );
        assert!(store.ask("ASK { GRAPH <http://example.org/people> { ?s ?p 'Alan' } }"));
        store.call(&DeleteGraph::named(PEOPLE)).unwrap();
        assert!(!store.ask("ASK { GRAPH <http://example.org/people> { ?s ?p ?o } }"));

        let put = PutGraph::default_graph(SparqlMediaType::NTriples, ada.to_owned());
        store.call(&put).unwrap();
        let graph = store.call(&GetGraph::default_graph()).unwrap();
        assert_eq!(graph.body.text().trim(), ada, "{driver}");
    }
}

#[test]
fn the_change_stream_and_the_summary_describe_updates() {
    for driver in Driver::ALL {
        let store = Store::new(driver);
        store.update("INSERT DATA { <urn:s> <urn:p> <urn:o> , 'x' . <urn:t> <urn:q> 1 }");
        store.update("DELETE DATA { <urn:s> <urn:p> 'x' }");
        let page = store.call(&GetSparqlStream::trim_horizon()).unwrap();
        let records = page.records.unwrap();
        assert_eq!(records.len(), 4, "{driver}");
        let last = &records[3];
        assert_eq!(last.op, Some(ChangeOp::Remove), "{driver}");
        let stmt = last.data.as_ref().unwrap().stmt.as_deref();
        assert_eq!(stmt, Some("<urn:s> <urn:p> \"x\" .\n"), "{driver}");

        let get = GetRdfGraphSummary::new().mode(GraphSummaryType::Detailed);
        let summary = store.call(&get).unwrap().payload.unwrap();
        let summary = summary.graph_summary.unwrap();
        assert_eq!(summary.num_quads, Some(2), "{driver}");
        assert_eq!(summary.subject_structures.unwrap().len(), 2, "{driver}");
    }
}

#[test]
fn query_hints_do_not_change_results() {
    let hinted = "PREFIX hint: <http://aws.amazon.com/neptune/vocab/v01/QueryHints#> \
                  SELECT * { hint:Query hint:queryTimeout 100 . ?s <urn:p> ?o }";
    for driver in Driver::ALL {
        let store = Store::new(driver);
        store.update("INSERT DATA { <urn:s> <urn:p> 'x' }");
        let output = store.call(&ExecuteSparqlQuery::select(hinted)).unwrap();
        let rows: Vec<BTreeMap<String, String>> = output.rows().unwrap();
        let row = BTreeMap::from([("s", "urn:s"), ("o", "x")].map(|(k, v)| (k.into(), v.into())));
        assert_eq!(rows, [row], "{driver}");
    }
}

#[test]
fn answers_without_an_engine_have_the_right_formats() {
    for driver in Driver::ALL {
        let store = Store::new(driver);
        store
            .server
            .with(|emulator| emulator.reconfigure(|config| config.rdf_engine(false)));
        assert!(!store.ask("ASK {}"), "{driver}");
        assert_eq!(store.people(""), [], "{driver}");
        assert_eq!(store.triples(), [""; 0], "{driver}");
        let text = "CONSTRUCT WHERE { ?s ?p ?o }";
        let construct = ExecuteSparqlQuery::construct(text);
        let graph = store.call(&construct).unwrap();
        assert_eq!(graph.media_type, Some(SparqlMediaType::NQuads), "{driver}");
        assert_eq!(graph.text(), "", "{driver}");
    }
}
