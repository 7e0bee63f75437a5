//! A graph in an emulator, to which queries are sent as requests.

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{Config, Emulator, Now};
use serde_json::{Map, Value, json};

/// A row: a value for each column.
pub(crate) type Row = Map<String, Value>;

/// An error response.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Refusal {
    /// Whether this is the error for what Neptune has and the emulator lacks.
    pub(crate) fn is_lacking(&self) -> bool {
        self.status == 501
    }
}

pub(crate) struct Graph(Emulator);

impl Graph {
    pub(crate) fn empty() -> Graph {
        Graph(Emulator::new(Config::default().graph_engine(true)))
    }

    /// A graph after these statements.
    ///
    /// # Panics
    ///
    /// If one of them is refused.
    pub(crate) fn after(statements: &[String]) -> Graph {
        let mut graph = Graph::empty();
        for statement in statements {
            if let Err(refusal) = graph.run(statement) {
                panic!("{statement}: {refusal:?}");
            }
        }
        graph
    }

    pub(crate) fn run(&mut self, query: &str) -> Result<Vec<Row>, Refusal> {
        self.query(query, &Map::new())
    }

    /// The rows of a query.
    ///
    /// # Panics
    ///
    /// If the response has neither the form of a result nor that of an error.
    pub(crate) fn query(
        &mut self,
        query: &str,
        parameters: &Map<String, Value>,
    ) -> Result<Vec<Row>, Refusal> {
        let parameters = Value::from(parameters.clone()).to_string();
        let body = json!({ "query": query, "parameters": parameters }).to_string();
        let request = Request::post("/openCypher")
            .header("content-type", "application/json")
            .body(Bytes::from(body))
            .unwrap();
        let outcome = self.0.handle(request, Now::at_unix(1_704_067_200));
        let response = outcome.into_response().expect("a response");
        let mut body = response.to_json().expect("JSON");
        if !response.status().is_success() {
            let text = |member: &str| body[member].as_str().expect("a text").to_owned();
            return Err(Refusal {
                status: response.status().as_u16(),
                code: text("code"),
                message: text("detailedMessage"),
            });
        }
        let Value::Array(rows) = body["results"].take() else {
            panic!("no results: {body}");
        };
        let row = |value| match value {
            Value::Object(row) => row,
            other => panic!("not a row: {other}"),
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Everything in the graph: a row for each relationship, and for each node without one that begins there.
    pub(crate) fn contents(&mut self) -> Vec<Row> {
        let all = "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN n, r";
        self.run(all).expect("all nodes and relationships")
    }
}
