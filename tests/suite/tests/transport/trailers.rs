//! Failures that a server reports only in trailers, and only to clients that accept trailers.

use std::io::Write;

use neptunedata::{
    Error, ErrorKind, ExceptionKind, Operation,
    gremlin::{ExecuteGremlinExplainQuery, ExecuteGremlinProfileQuery, ExecuteGremlinQuery},
    loader::{GetLoaderJobStatus, ListLoaderJobs},
    opencypher::{ExecuteOpenCypherExplainQuery, ExecuteOpenCypherQuery, OpenCypherExplainMode},
    sparql::{
        ExecuteSparqlExplainQuery, ExecuteSparqlQuery, ExecuteSparqlUpdate, GetGraph,
        ListSparqlQueries, SparqlExplainMode,
    },
    streams::{GetPropertygraphStream, GetSparqlStream},
    summary::{GetPropertygraphSummary, GetRdfGraphSummary},
};
use neptunedata_tests::{
    client::{Client, Driver, quick},
    raw_server::{RawServer, chunked, read_request},
};

/// A server that sends this body, and then says that the operation failed.
fn failing(body: &'static str) -> RawServer {
    RawServer::start(move |mut stream, _| {
        while let Some(request) = read_request(&mut stream) {
            let trailers = if request.contains("\r\nte: trailers\r\n") {
                "X-Neptune-Status: 500 TimeLimitExceededException\r\nX-Neptune-Detail: \r\n"
            } else {
                ""
            };
            let _ = stream.write_all(chunked(&[body], trailers).as_bytes());
        }
    })
}

type Send = fn(&Client) -> Result<(), Error>;

/// Sends an operation, without its output.
fn send<O: Operation>(client: &Client, operation: &O) -> Result<(), Error> {
    client.send(operation).map(drop)
}

#[test]
fn long_responses_that_fail_in_the_trailers_are_errors() {
    const TRIPLE: &str = "<a:s> <a:p> <a:o> .\n";
    const JSON: &str = r#"{"results":[],"result":{"data":[]},"head":{"vars":[]},"payload":{}}"#;
    let operations: &[(Send, &str)] = &[
        (|c| send(c, &GetGraph::default_graph()), TRIPLE),
        (|c| send(c, &ExecuteSparqlQuery::construct("q")), TRIPLE),
        (
            |c| send(c, &ExecuteSparqlQuery::select("q")),
            r#"{"head":{},"results":{"bindings":[]}}"#,
        ),
        (|c| send(c, &ExecuteSparqlUpdate::new("u")), "[]"),
        (
            |c| {
                send(
                    c,
                    &ExecuteSparqlExplainQuery::new("q", SparqlExplainMode::Static),
                )
            },
            "plan",
        ),
        (|c| send(c, &ListSparqlQueries::new()), r#"{"queries":[]}"#),
        (|c| send(c, &ExecuteGremlinQuery::new("g")), JSON),
        (|c| send(c, &ExecuteGremlinExplainQuery::new("g")), "plan"),
        (
            |c| send(c, &ExecuteGremlinProfileQuery::new("g")),
            "profile",
        ),
        (|c| send(c, &ExecuteOpenCypherQuery::new("q")), JSON),
        (
            |c| {
                send(
                    c,
                    &ExecuteOpenCypherExplainQuery::new("q", OpenCypherExplainMode::Static),
                )
            },
            "plan",
        ),
        (
            |c| send(c, &GetPropertygraphStream::trim_horizon()),
            r#"{"records":[]}"#,
        ),
        (
            |c| send(c, &GetSparqlStream::trim_horizon()),
            r#"{"records":[]}"#,
        ),
        (|c| send(c, &GetPropertygraphSummary::new()), JSON),
        (|c| send(c, &GetRdfGraphSummary::new()), JSON),
        (|c| send(c, &ListLoaderJobs::new()), JSON),
        (|c| send(c, &GetLoaderJobStatus::new("l")), JSON),
    ];
    let kind = ErrorKind::Service(ExceptionKind::TimeLimitExceededException);
    for (send, body) in operations {
        let server = failing(body);
        for driver in Driver::ALL {
            let client = driver.client(&server.url(), quick());
            let error = send(&client).expect_err(body);
            assert_eq!(error.kind(), kind, "{driver}: {error}");
        }
    }
}
