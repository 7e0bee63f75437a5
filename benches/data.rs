//! Response bodies in the forms that the service sends. They are the same in each run.

use std::fmt::Write;

use bytes::Bytes;

/// The number of records, results or solutions in the bodies of `decode.rs`.
pub(crate) const RECORDS: usize = 10_000;
/// The number of rows in the openCypher body of 1 MB.
pub(crate) const ROWS: usize = 3_200;

pub(crate) const CYPHER_START: &str = "{\n  \"results\": [";
pub(crate) const CYPHER_END: &str = "]\n}";

/// `count` rows with a node of five properties, in the layout of the service, with commas between them.
pub(crate) fn cypher_rows(count: usize) -> String {
    let mut text = String::new();
    for index in 0..count {
        let (age, comma) = (index % 90, if index == 0 { "" } else { ", " });
        let active = index.is_multiple_of(2);
        write!(
            text,
            r#"{comma}{{
      "n": {{
        "~id": "{index:08x}-7efb-aa03-e3d4-ad7f94e4fc51",
        "~entityType": "node",
        "~labels": ["Person"],
        "~properties": {{
          "name": "Customer No. {index:06}",
          "email": "c{index:06}@example.com",
          "age": {age},
          "balance": {balance}.25,
          "active": {active}
        }}
      }}
    }}"#,
            balance = index * 7 % 100_000,
        )
        .unwrap();
    }
    text
}

pub(crate) fn cypher(count: usize) -> Bytes {
    format!("{CYPHER_START}{}{CYPHER_END}", cypher_rows(count)).into()
}

/// The form of the two numbers of an event id.
#[derive(Clone, Copy)]
pub(crate) enum EventIds {
    /// As in the service's model. The SDK reads only this form.
    Strings,
    /// As the service sends them.
    Numbers,
}

/// A page of a property-graph stream.
pub(crate) fn stream_page(ids: EventIds) -> Bytes {
    let quote = match ids {
        EventIds::Strings => "\"",
        EventIds::Numbers => "",
    };
    let event_id =
        |index| format!(r#"{{"commitNum":{quote}{index}{quote},"opNum":{quote}1{quote}}}"#);
    let record = |index: usize| {
        format!(
            r#"{{"commitTimestamp":{timestamp},"eventId":{event_id},"data":{{"id":"{index:08x}-7efb-aa03-e3d4-ad7f94e4fc51","type":"vp","key":"name","value":{{"value":"Customer No. {index}","dataType":"String"}}}},"op":"ADD","isLastOp":true}}"#,
            timestamp = 1_560_011_610_678 + index,
            event_id = event_id(index),
        )
    };
    format!(
        r#"{{"lastEventId":{last},"lastTrxTimestamp":1560011620678,"format":"PG_JSON","records":[{records}],"totalRecords":{RECORDS}}}"#,
        last = event_id(RECORDS),
        records = joined(record),
    )
    .into()
}

/// A Gremlin response in typed GraphSON whose result is a list of maps.
pub(crate) fn gremlin() -> Bytes {
    let map = |index: usize| {
        format!(
            r#"{{"@type":"g:Map","@value":["id","{index:08x}-7efb-aa03","label","Person","name",{{"@type":"g:List","@value":["Customer {index}"]}},"age",{{"@type":"g:Int32","@value":{age}}},"balance",{{"@type":"g:Double","@value":{index}.25}}]}}"#,
            age = index % 90,
        )
    };
    let empty = r#"{"@type":"g:Map","@value":[]}"#;
    format!(
        r#"{{"requestId":"bdc1140c-0000-4000-8000-000000000000","status":{{"message":"","code":200,"attributes":{empty}}},"result":{{"data":{{"@type":"g:List","@value":[{maps}]}},"meta":{empty}}}}}"#,
        maps = joined(map),
    )
    .into()
}

/// SPARQL JSON results with three variables.
pub(crate) fn sparql() -> Bytes {
    let solution = |index: usize| {
        format!(
            r#"{{"person":{{"type":"uri","value":"http://example.com/person/{index:06}"}},"name":{{"type":"literal","value":"Customer {index}"}},"age":{{"type":"literal","value":"{age}","datatype":"http://www.w3.org/2001/XMLSchema#integer"}}}}"#,
            age = index % 90,
        )
    };
    format!(
        r#"{{"head":{{"vars":["person","name","age"]}},"results":{{"bindings":[{}]}}}}"#,
        joined(solution),
    )
    .into()
}

fn joined(record: impl Fn(usize) -> String) -> String {
    (0..RECORDS).map(record).collect::<Vec<_>>().join(",")
}
