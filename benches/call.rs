//! A call without a network: request, signature and decoding, compared with a call of the SDK.

use std::hint::black_box;

use bytes::Bytes;
use neptunedata::gremlin::ExecuteGremlinQuery;

use crate::{
    Size,
    measure::{allocations, cpu_micros},
    requests::{STATUS, call, cancel, runtime, session},
    row::{
        Row,
        Target::{AtMost, Information},
    },
    sdk,
};

/// A response in typed GraphSON, the default.
const GREMLIN: &str = r#"{"requestId":"bdc1140c-0000-4000-8000-000000000000","status":{"message":"","code":200,"attributes":{"@type":"g:Map","@value":[]}},"result":{"data":{"@type":"g:List","@value":[{"@type":"g:Int64","@value":7006}]},"meta":{"@type":"g:Map","@value":[]}}}"#;

pub(crate) fn rows(size: Size) -> Vec<Row> {
    vec![
        Row::ratio(
            "cancel, signed, in memory",
            "µs",
            "SDK",
            AtMost(1.0 / 15.0),
            move || {
                (
                    cpu_micros(size, our_cancel()),
                    cpu_micros(size, sdk_cancel()),
                )
            },
        )
        .explained("profiles/call.md"),
        Row::count("cancel: allocations", "", AtMost(16.0), || {
            allocations(our_cancel())
        }),
        Row::count("cancel: allocations of the SDK", "", Information, || {
            allocations(sdk_cancel())
        }),
        Row::ratio(
            "Gremlin query, signed, in memory",
            "µs",
            "SDK",
            Information,
            move || {
                (
                    cpu_micros(size, our_gremlin()),
                    cpu_micros(size, sdk_gremlin()),
                )
            },
        ),
        Row::count("Gremlin query: allocations", "", AtMost(24.0), || {
            allocations(our_gremlin())
        }),
    ]
}

fn our_cancel() -> impl FnMut() {
    let (session, operation) = (session(), cancel());
    move || {
        let output = call(&session, &operation, Bytes::from_static(STATUS.as_bytes()));
        assert!(output.status.is_some());
    }
}

fn sdk_cancel() -> impl FnMut() {
    let client = sdk::in_memory(Bytes::from_static(STATUS.as_bytes()));
    let runtime = runtime();
    move || runtime.block_on(sdk::cancel(&client))
}

fn our_gremlin() -> impl FnMut() {
    let (session, operation) = (session(), ExecuteGremlinQuery::new("g.V()"));
    move || {
        let output = call(&session, &operation, Bytes::from_static(GREMLIN.as_bytes()));
        assert!(output.result.is_some());
    }
}

fn sdk_gremlin() -> impl FnMut() {
    let client = sdk::in_memory(Bytes::from_static(GREMLIN.as_bytes()));
    let runtime = runtime();
    move || {
        let query = client.execute_gremlin_query().gremlin_query("g.V()");
        let output = runtime.block_on(query.send()).expect("the SDK's query");
        assert!(black_box(output).result().is_some());
    }
}
