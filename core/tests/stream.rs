//! Change streams: requests, and the formats of records.

#[path = "stream/allocations.rs"]
mod allocations;
#[path = "support/messages.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod messages;
#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;

use http::Response;
use neptunedata::{
    ExceptionKind,
    error::{Cause, DecodeErrorKind},
    rows::{RowReader, RowsFormat},
    streams::{
        ChangeOp, Encoding, EventId, GetPropertygraphStream, GetPropertygraphStreamOutput,
        GetSparqlStream, PropertyValue, PropertygraphRecord, PropertygraphRecordType, StreamFormat,
    },
};
use serde_json::{Value, json};

use messages::{decode, decode_error, response, service_error};
use steps::{NOW, Steps, endpoint, session};

fn target(operation: &GetPropertygraphStream) -> String {
    let request = neptunedata::request(operation, &endpoint()).unwrap();
    request.uri().path_and_query().unwrap().to_string()
}

fn read(body: &Value) -> Result<GetPropertygraphStreamOutput, Cause> {
    decode::<GetPropertygraphStream>(body.to_string())
}

#[test]
fn requests_have_a_start_position() {
    let path = "/propertygraph/stream";
    let id = EventId::new(12, 3);
    for (operation, query) in [
        (GetPropertygraphStream::new(), ""),
        (
            GetPropertygraphStream::trim_horizon(),
            "?iteratorType=TRIM_HORIZON",
        ),
        (GetPropertygraphStream::latest(), "?iteratorType=LATEST"),
        (
            GetPropertygraphStream::at(id),
            "?commitNum=12&iteratorType=AT_SEQUENCE_NUMBER&opNum=3",
        ),
        (
            GetPropertygraphStream::after(id).limit(100_000),
            "?commitNum=12&iteratorType=AFTER_SEQUENCE_NUMBER&limit=100000&opNum=3",
        ),
    ] {
        assert_eq!(target(&operation), format!("{path}{query}"));
    }
}

#[test]
fn limits_are_from_1_to_100_000() {
    for limit in [i64::MIN, 0, 100_001, i64::MAX] {
        let get = GetSparqlStream::trim_horizon().limit(limit);
        let error = neptunedata::request(&get, &endpoint()).unwrap_err();
        assert_eq!(error.field_errors()[0].field(), "limit");
    }
}

#[test]
fn the_encoding_is_a_header() {
    let get = GetSparqlStream::latest().encoding(Encoding::Gzip);
    let request = neptunedata::request(&get, &endpoint()).unwrap();
    assert_eq!(request.headers()["accept-encoding"], "gzip");
    assert!(!request.uri().to_string().contains("gzip"));
}

#[test]
fn m35_event_ids_are_objects_of_numbers_or_of_text() {
    for id in [
        json!({"commitNum": 1132, "opNum": 200}),
        json!({"opNum": "200", "commitNum": "1132"}),
        json!({"commitNum": 1132.0, "opNum": 200, "more": [{}]}),
    ] {
        let body = json!({"lastEventId": id, "records": [{"eventId": id}]});
        let output = read(&body).unwrap();
        let expected = Some(EventId::new(1132, 200));
        assert_eq!(output.last_event_id, expected, "{body}");
        assert_eq!(output.records.unwrap()[0].event_id, expected, "{body}");
    }
    let largest = json!({"lastEventId": {"commitNum": i64::MAX, "opNum": 1}});
    let output = read(&largest).unwrap();
    assert_eq!(output.last_event_id, Some(EventId::new(i64::MAX, 1)));
}

#[test]
fn m36_event_ids_are_text_with_a_colon() {
    let output = read(&json!({"lastEventId": "12:1", "records": [{"eventId": "1:1"}]})).unwrap();
    assert_eq!(output.last_event_id, Some(EventId::new(12, 1)));
    assert_eq!(
        output.records.unwrap()[0].event_id,
        Some(EventId::new(1, 1))
    );
    for wrong in ["", "1", "1:", ":1", "1:1:1", "a:b", "9223372036854775808:1"] {
        let page = json!({"records": [{"eventId": wrong}]}).to_string();
        let error = decode_error::<GetPropertygraphStream>(&response(200, page));
        assert_eq!(error.path(), "records[0].eventId", "{wrong}");
    }
}

#[test]
fn m37_vertex_labels_are_spelled_with_a_letter_or_a_digit() {
    for (name, expected) in [
        ("vl", PropertygraphRecordType::VertexLabel),
        ("v1", PropertygraphRecordType::VertexLabel),
        ("vp", PropertygraphRecordType::VertexProperty),
        ("e", PropertygraphRecordType::Edge),
        ("ep", PropertygraphRecordType::EdgeProperty),
    ] {
        let output = read(&json!({"records": [{"data": {"type": name}}]})).unwrap();
        let data = output.records.unwrap().remove(0).data.unwrap();
        assert_eq!(data.record_type, Some(expected));
    }
    let output = read(&json!({"records": [{"data": {"type": "zz"}}]})).unwrap();
    let data = output.records.unwrap().remove(0).data.unwrap();
    assert_eq!(data.record_type.unwrap().as_str(), "zz");
}

#[test]
fn property_graph_records_are_typed() {
    // The guide's sample, with an edge and a property in addition to its label.
    let body = json!({
        "lastEventId": {"commitNum": 12, "opNum": 1},
        "lastTrxTimestamp": 1_560_011_610_678_i64,
        "format": "PG_JSON",
        "records": [
            {"commitTimestamp": 1_560_011_610_678_i64, "eventId": {"commitNum": 1, "opNum": 1},
             "data": {"id": "d2b5", "type": "vl", "key": "label",
                      "value": {"value": "vertex", "dataType": "String"}}, "op": "ADD"},
            {"eventId": {"commitNum": 1, "opNum": 2}, "op": "REMOVE", "isLastOp": "true",
             "data": {"id": "e1", "type": "e", "key": "label", "from": "a", "to": "b",
                      "value": {"datatype": "String", "value": "knows"}}},
            {"op": "MERGE", "isLastOp": false, "data": {"id": 7, "value": {"value": 1.5}}},
        ],
        "totalRecords": 3,
    });
    let output = read(&body).unwrap();
    assert_eq!(output.format, Some(StreamFormat::PgJson));
    assert_eq!(output.last_trx_timestamp_in_millis, Some(1_560_011_610_678));
    assert_eq!(output.total_records, Some(3));
    let records = output.records.as_ref().unwrap();

    assert_eq!(
        records[0].commit_timestamp_in_millis,
        Some(1_560_011_610_678)
    );
    assert_eq!(records[0].op, Some(ChangeOp::Add));
    assert_eq!(records[0].is_last_op, None);
    let label = records[0].data.as_ref().unwrap();
    assert_eq!(label.key.as_deref(), Some("label"));
    assert_eq!(label.value, Some(PropertyValue::new("vertex", "String")));
    assert_eq!((&label.from, &label.to), (&None, &None));

    assert_eq!(records[1].is_last_op, Some(true));
    let edge = records[1].data.as_ref().unwrap();
    assert_eq!(edge.value, Some(PropertyValue::new("knows", "String")));
    assert_eq!(edge.from.as_deref(), Some("a"));
    assert_eq!(edge.to.as_deref(), Some("b"));

    assert_eq!(records[2].op.as_ref().unwrap().as_str(), "MERGE");
    assert_eq!(records[2].is_last_op, Some(false));
    let other = records[2].data.as_ref().unwrap();
    assert_eq!(other.id.as_deref(), Some("7"));
    let value = other.value.as_ref().unwrap();
    assert_eq!(value.data_type, None);
    assert_eq!(value.value, json!({"value": 1.5}));
}

#[test]
fn sparql_records_are_statements() {
    let stmt = "<https://test.com/s> <https://test.com/p> <https://test.com/o> .\n";
    let body = json!({
        "lastEventId": {"commitNum": 1, "opNum": 1},
        "lastTrxTimestamp": 1_561_151_473_000_i64,
        "format": "NQUADS",
        "records": [{"commitTimestamp": 1_561_151_473_000_i64, "eventId": {"commitNum": 1, "opNum": 1},
                     "data": {"stmt": stmt}, "op": "ADD", "isLastOp": true}],
        "totalRecords": 1,
    });
    let output = decode::<GetSparqlStream>(body.to_string()).unwrap();
    assert_eq!(output.format, Some(StreamFormat::NQuads));
    let record = &output.records.as_ref().unwrap()[0];
    assert_eq!(record.is_last_op, Some(true));
    assert_eq!(record.data.as_ref().unwrap().stmt.as_deref(), Some(stmt));
}

#[test]
fn the_end_of_a_stream_tells_how_far_it_goes() {
    let error = |code: &str, message: &str| {
        let body = json!({"code": code, "requestId": "r", "detailedMessage": message}).to_string();
        service_error::<GetSparqlStream>(&response(404, body))
    };
    let message = "Requested startEventId is from the future. Last valid eventId is [commitNum = 1132, opNum = 200]";
    let end = error("StreamRecordsNotFoundException", message);
    assert_eq!(end.kind, ExceptionKind::StreamRecordsNotFoundException);
    assert_eq!(end.last_valid_event_id(), Some(EventId::new(1132, 200)));
    let silent = error("StreamRecordsNotFoundException", "no records");
    assert_eq!(silent.last_valid_event_id(), None);
    let other = error("ExpiredStreamException", message);
    assert_eq!(other.last_valid_event_id(), None);
}

#[test]
fn data_of_another_form_is_kept_as_it_came() {
    let legacy = r#"{"format":"GREMLIN_JSON","records":[{"eventId":{"commitNum":1,"opNum":1},"data":{"id":5,"type":"weird","x":[1.50]},"op":"ADD"}]}"#;
    let output = decode::<GetPropertygraphStream>(legacy).unwrap();
    assert_eq!(output.format, Some(StreamFormat::GremlinJson));
    let record = &output.records.unwrap()[0];
    let data = record.data.as_ref().unwrap();
    let other = data.other.as_ref().unwrap();
    assert_eq!(other.as_str(), r#"{"id":5,"type":"weird","x":[1.50]}"#);
    assert_eq!((data.id.as_deref(), &data.record_type), (None, &None));
    assert_eq!(record.op, Some(ChangeOp::Add));
    let json = serde_json::to_value(record).unwrap();
    assert_eq!(json["data"]["x"], serde_json::json!([1.5]));

    for data in ["\"text\"", "5", "[1.50]", "true", r#"{"id":[1.50]}"#] {
        for format in ["GREMLIN_JSON", "PG_JSON", "NQUADS", "NEW"] {
            let fits = r#"{"eventId":"1:2","data":{"id":"v","stmt":"s"}}"#;
            let page = format!(
                r#"{{"format":"{format}","totalRecords":"2","records":[null,{{"data":{data},"op":"ADD","eventId":"1:1"}},{fits}]}}"#
            );
            let output = decode::<GetPropertygraphStream>(page.clone()).unwrap();
            assert_eq!(output.total_records, Some(2));
            let records = output.records.unwrap();
            assert_eq!(records.len(), 2);
            assert_eq!(records[0].event_id, Some(EventId::new(1, 1)));
            let other = records[0].data.as_ref().unwrap().other.as_ref();
            assert_eq!(other.unwrap().as_str(), data, "{format}");
            let second = records[1].data.as_ref().unwrap();
            assert_eq!(second.id.is_some(), format != "GREMLIN_JSON");
            assert_eq!(second.other.is_none(), format != "GREMLIN_JSON");
            assert_eq!(records[1].raw().unwrap().as_str(), fits);

            let records = decode::<GetSparqlStream>(page).unwrap().records.unwrap();
            let second = records[1].data.as_ref().unwrap();
            assert_eq!(second.stmt.is_some(), format != "GREMLIN_JSON");
            assert_eq!(second.other.is_none(), format != "GREMLIN_JSON");
            assert_eq!(records[1].raw().unwrap().as_str(), fits);
        }
    }
    let wrong = r#"{"records":[{"data":5,"eventId":[]}]}"#;
    assert!(decode::<GetPropertygraphStream>(wrong).is_err());
}

/// An unpaired surrogate, and a number that no float can hold, are valid JSON.
#[test]
fn data_that_rust_cannot_hold_is_kept_as_it_came() {
    for data in [r#"{"id":"\ud800"}"#, r#"{"id":"a","value":1e400}"#] {
        let page = format!(r#"{{"records":[{{"op":"ADD","data":{data}}},{{"op":"REMOVE"}}]}}"#);
        let records = decode::<GetPropertygraphStream>(page).unwrap().records;
        let records = records.unwrap();
        let kept = records[0].data.as_ref().unwrap().other.as_ref().unwrap();
        assert_eq!(kept.as_str(), data);
        let ops: Vec<_> = records.iter().map(|record| record.op.clone()).collect();
        assert_eq!(ops, [Some(ChangeOp::Add), Some(ChangeOp::Remove)]);
    }
}

#[test]
fn a_truncated_page_with_other_data_is_an_error() {
    let page = r#"{"format":"PG_JSON","records":[{"data":{"id":[1]},"eventId":"1:1"},{"data":5}],"totalRecords":2}"#;
    assert!(decode::<GetPropertygraphStream>(page).is_ok());
    for end in 0..page.len() {
        let cut = decode::<GetPropertygraphStream>(&page[..end]);
        assert!(cut.is_err(), "{end}");
    }
    let appended = r#"{"lastEventId":{"commitNum":{"code":"BadRequestException","detailedMessage":"no","requestId":"r"}"#;
    service_error::<GetPropertygraphStream>(&response(200, appended));
}

#[test]
fn a_truncated_page_is_reported_as_truncated() {
    let page = r#"{"records":[{"data":{"id":"a","key":"k"},"op":"ADD"},null],"format":"PG_JSON"}"#;
    for end in 1..page.len() {
        let error = decode_error::<GetPropertygraphStream>(&response(200, &page[..end]));
        assert_eq!(error.kind(), DecodeErrorKind::Truncated, "{end}");
    }
}

#[test]
fn errors_have_the_path_of_the_value_in_the_page() {
    use DecodeErrorKind::{Shape, Syntax};
    for (page, kind, path) in [
        (
            r#"{"records":[{},null,{},{"data":{"id":"v","key":[1]},"op":[]}]}"#,
            Shape,
            "records[3].data.key",
        ),
        (
            r#"{"records":[{},{"isLastOp":"x"}]}"#,
            Shape,
            "records[1].isLastOp",
        ),
        (
            r#"{"records":[{}],"totalRecords":"x"}"#,
            Shape,
            "totalRecords",
        ),
        (r#"{"records":[{},5]}"#, Shape, "records[1]"),
        (r#"{"records":{}}"#, Shape, "records"),
        (r#"{"records":[{}],"records":[{}]}"#, Shape, ""),
        (r#"{"records":[{} {}]}"#, Syntax, "records[1]"),
        (r#"{"records":[{},]}"#, Syntax, "records[1]"),
        ("{\"records\":[{}\u{a0},{}]}", Syntax, "records[1]"),
        (r#"{"records":[{}]"format":"PG_JSON"}"#, Syntax, ""),
        (r#"{"records":[{}]} 1"#, Syntax, ""),
    ] {
        let error = decode_error::<GetPropertygraphStream>(&response(200, page));
        assert_eq!((error.kind(), error.path()), (kind, path), "{page}");
    }
}

#[test]
fn records_keep_their_text_in_any_layout() {
    let (a, b) = (r#"{"op": "ADD", "x": 1.50}"#, r#"{ "eventId":"1:2" }"#);
    for page in [
        format!(r#"{{"records":[{a},{b}]}}"#),
        format!(
            "\n{{ \"totalRecords\" : 2 , \"records\" :\t[ null , {a}\r\n, {b} ,null ] , \"x\" : 1 }} "
        ),
        format!(r#"{{"\u0072ecords":[{a},{b}],"format":"PG_JSON"}}"#),
        format!(
            r#"{{"x":{{"records":[5]}},"y":"\"records\":[","records":[{a},{b}],"z":[{{"records":7}}]}}"#
        ),
        format!(r#"{{"records":[{a},{b}],"format":"GREMLIN_JSON"}}"#),
    ] {
        let records = decode::<GetPropertygraphStream>(page.clone())
            .unwrap()
            .records
            .unwrap();
        let texts: Vec<_> = records
            .iter()
            .map(|record| record.raw().unwrap().as_str())
            .collect();
        assert_eq!(texts, [a, b], "{page}");
    }
    for (page, records) in [
        (r#"{"records":[]}"#, Some(0)),
        (r#"{"records":[ null ]}"#, Some(0)),
        (r#"{"records":null}"#, None),
        ("{}", None),
    ] {
        let output = decode::<GetPropertygraphStream>(page).unwrap();
        assert_eq!(
            output.records.map(|records| records.len()),
            records,
            "{page}"
        );
    }
}

#[test]
fn records_with_other_types_than_in_the_model_are_read_alike() {
    let record = |commit, number, last| {
        json!({"commitTimestamp": commit, "eventId": {"commitNum": number, "opNum": 1}, "op": "ADD",
            "isLastOp": last, "data": {"id": number, "type": "vp", "key": "k", "value": {"value": [1, null], "dataType": "Int"}}})
    };
    let model = record(json!(5), json!("12"), json!(true));
    let other = record(json!("5"), json!(12), json!("True"));
    let page = json!({"records": [model, null, other, model]});
    let records = read(&page).unwrap().records.unwrap();
    assert_eq!(records[0].commit_timestamp_in_millis, Some(5));
    assert_eq!(records[0].data.as_ref().unwrap().id.as_deref(), Some("12"));
    assert_eq!(records, [&records[0]; 3].map(Clone::clone));
    // The members of a record in the order of the declaration.
    let list = json!([5, "12:1", null, "ADD", true]);
    assert!(read(&json!({"records": [model, list]})).is_err());
}

const LONG: &str = r#"{"eventId":{"commitNum":1,"opNum":1},"isLastOp":true,"op":"ADD","data":{"id":"v","type":"vp","key":"k","value":{"value":123456789012345678901234567890.10,"dataType":"Double"}}}"#;

#[test]
fn records_have_every_digit() {
    use neptunedata::{
        changes::{ChangesOptions, StartPosition, Transactions},
        machine::Input,
    };

    let page = format!(r#"{{"format":"PG_JSON","records":[{LONG}]}}"#);
    let mut transactions = Transactions::<GetPropertygraphStream>::with_options(
        &session(),
        StartPosition::TrimHorizon,
        ChangesOptions::new().stop_at_end(),
        42,
    );
    transactions.sends(Input::Next, NOW);
    let answer = Input::Response(Response::new(page.clone().into()), Default::default());
    let transaction = transactions.yields(answer, NOW);
    assert_eq!(transaction.records[0].raw().unwrap().as_str(), LONG);

    let misfit = r#"{"eventId":"1:2","data":{"id":[1.50]}}"#;
    let mut rows = RowReader::<PropertygraphRecord>::new(RowsFormat::Stream);
    rows.push(format!(r#"{{"records":[{LONG},{misfit}]}}"#).into_bytes());
    let row = rows.next_row().unwrap().unwrap();
    assert_eq!(row.raw().unwrap().as_str(), LONG);
    assert_eq!(row, transaction.records[0]);
    let row = rows.next_row().unwrap().unwrap();
    assert_eq!(row.raw().unwrap().as_str(), misfit);
    let other = row.data.unwrap().other.unwrap();
    assert_eq!(other.as_str(), r#"{"id":[1.50]}"#);

    let copy: PropertygraphRecord = serde_json::from_str(LONG).unwrap();
    assert!(copy.raw().is_none());
    assert_eq!(copy, transaction.records[0]);
}
