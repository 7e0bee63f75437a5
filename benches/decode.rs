//! Large responses in memory: stream pages, Gremlin, SPARQL.

use std::hint::black_box;

use bytes::Bytes;
use neptunedata::{
    gremlin::ExecuteGremlinQuery,
    rows::RowsFormat,
    sparql::{ExecuteSparqlQuery, SparqlRow},
    streams::{GetPropertygraphStream, PropertygraphRecord},
};
use serde::de::DeserializeOwned;

use crate::{
    Size,
    data::{self, EventIds},
    measure::cpu_micros,
    requests::{call, response, runtime, session},
    row::{Measure, Row, Target::AtMost},
    rows::{as_they_arrive, serde_skipped},
    sdk,
    types::{ModelPage, OurPage, Solution, SparqlResponse},
};

pub(crate) fn rows(size: Size) -> Vec<Row> {
    let mut rows = streams(size);
    rows.extend(gremlin(size));
    rows.extend(sparql(size));
    rows
}

fn streams(size: Size) -> Vec<Row> {
    vec![
        Row::ratio(
            "stream page of 10,000 records, ids as strings",
            "µs",
            "serde_json, the model's shape",
            AtMost(0.65),
            move || {
                let body = data::stream_page(EventIds::Strings);
                (
                    stream_page(size, &body),
                    serde_typed::<ModelPage>(size, body),
                )
            },
        ),
        Row::ratio(
            "stream page of 10,000 records, ids as numbers",
            "µs",
            "serde_json, our shape",
            AtMost(1.05),
            move || {
                let body = data::stream_page(EventIds::Numbers);
                (stream_page(size, &body), serde_typed::<OurPage>(size, body))
            },
        ),
        Row::ratio(
            "stream page of 10,000 records, ids as numbers, as rows",
            "µs",
            "serde_json, our shape",
            AtMost(1.1),
            move || {
                let body = data::stream_page(EventIds::Numbers);
                (
                    read_rows::<PropertygraphRecord>(size, RowsFormat::Stream, &body),
                    serde_typed::<OurPage>(size, body),
                )
            },
        )
        .explained("profiles/decode.md"),
    ]
}

fn gremlin(size: Size) -> Vec<Row> {
    vec![
        Row::ratio(
            "Gremlin, typed GraphSON, 10,000 maps, values()",
            "µs",
            "SDK, Document",
            AtMost(0.45),
            move || {
                let body = data::gremlin();
                let (session, operation) = (session(), ExecuteGremlinQuery::new("g.V()"));
                let client = sdk::in_memory(body.clone());
                let runtime = runtime();
                let ours = move || {
                    let output = call(&session, &operation, body.clone());
                    assert_eq!(black_box(output.values().unwrap()).len(), data::RECORDS);
                };
                let peer = move || {
                    let query = client.execute_gremlin_query().gremlin_query("g.V()");
                    let output = runtime.block_on(query.send()).expect("the SDK's query");
                    assert!(black_box(output).result().is_some());
                };
                (cpu_micros(size, ours), cpu_micros(size, peer))
            },
        )
        .explained("profiles/decode.md"),
        // Instead of the number of passes over the body, which cannot be counted: each result is found in the body, but
        // not decoded.
        Row::ratio(
            "Gremlin, typed GraphSON, 10,000 maps, raw_rows()",
            "µs",
            "serde_json, one pass",
            AtMost(2.0),
            move || {
                let body = data::gremlin();
                let peer = body.clone();
                let ours = move || {
                    let response = response(body.clone());
                    let output = neptunedata::response::<ExecuteGremlinQuery>(&response).unwrap();
                    assert_eq!(black_box(output.raw_rows().unwrap()).len(), data::RECORDS);
                };
                (
                    cpu_micros(size, ours),
                    cpu_micros(size, move || serde_skipped(&peer)),
                )
            },
        ),
    ]
}

fn sparql(size: Size) -> Vec<Row> {
    let row = |name: &str, target: f64, ours: fn(Size, &Bytes) -> Measure| {
        Row::ratio(
            format!("SPARQL JSON, 10,000 solutions, {name}"),
            "µs",
            "serde_json typed",
            AtMost(target),
            move || {
                let body = data::sparql();
                (ours(size, &body), serde_typed::<SparqlResponse>(size, body))
            },
        )
    };
    vec![
        row("rows as they arrive", 1.05, |size, body| {
            read_rows::<SparqlRow<Solution>>(size, RowsFormat::Sparql, body)
        }),
        row("whole, typed rows", 1.15, |size, body| {
            let body = body.clone();
            cpu_micros(size, move || {
                let output = sparql_output(&body);
                black_box(output.rows::<Solution>().unwrap());
            })
        }),
        row("results()", 1.5, |size, body| {
            let body = body.clone();
            cpu_micros(size, move || {
                black_box(sparql_output(&body).results().unwrap());
            })
        })
        .explained("profiles/decode.md"),
    ]
}

fn stream_page(size: Size, body: &Bytes) -> Measure {
    let body = body.clone();
    cpu_micros(size, move || {
        let response = response(body.clone());
        let output = neptunedata::response::<GetPropertygraphStream>(&response).unwrap();
        black_box(output);
    })
}

fn read_rows<T: DeserializeOwned>(size: Size, format: RowsFormat, body: &Bytes) -> Measure {
    let body = body.clone();
    cpu_micros(size, move || {
        assert_eq!(as_they_arrive::<T>(format, &body), data::RECORDS as u64);
    })
}

fn serde_typed<T: DeserializeOwned + 'static>(size: Size, body: Bytes) -> Measure {
    cpu_micros(size, move || {
        black_box(serde_json::from_slice::<T>(&body).unwrap());
    })
}

fn sparql_output(body: &Bytes) -> <ExecuteSparqlQuery as neptunedata::Operation>::Output {
    let mut response = response(body.clone());
    let json = "application/sparql-results+json".parse().unwrap();
    response.headers_mut().insert("content-type", json);
    neptunedata::response::<ExecuteSparqlQuery>(&response).unwrap()
}
