//! The allocations of records, as pages and as rows.

use bytes::Bytes;
use neptunedata::{
    rows::{RowReader, RowsFormat},
    streams::{GetPropertygraphStream, PropertygraphRecord},
};

use crate::messages::response;

/// A page of records that have four strings each.
fn page_of(records: usize) -> Vec<u8> {
    let record = r#"{"commitTimestamp":1560011610678,"eventId":{"commitNum":1,"opNum":1},"op":"ADD","data":{"id":"d2b59bf8","type":"vl","key":"label","value":{"value":"vertex","dataType":"String"}}}"#;
    let list = vec![record; records].join(",");
    format!(r#"{{"format":"PG_JSON","records":[{list}],"totalRecords":{records}}}"#).into_bytes()
}

#[test]
fn a_page_takes_an_allocation_for_each_string_and_one_for_the_records() {
    let records = 1000;
    let page = response(200, page_of(records));
    let counted = allocation_counter::measure(|| {
        let output = neptunedata::response::<GetPropertygraphStream>(&page).unwrap();
        assert_eq!(output.records.unwrap().len(), records);
    });
    println!("{counted:?}");
    let record = size_of::<PropertygraphRecord>();
    assert!(counted.count_total <= 4 * records as u64 + 10);
    assert!(counted.bytes_total <= ((record + 50) * records) as u64);
}

#[test]
fn a_record_of_rows_takes_an_allocation_for_each_string_and_one_for_its_text() {
    let records = 1000;
    let page = Bytes::from(page_of(records));
    let counted = allocation_counter::measure(|| {
        let mut rows = RowReader::<PropertygraphRecord>::new(RowsFormat::Stream);
        rows.push(page.clone());
        rows.end();
        for _ in 0..records {
            rows.next_row().unwrap().unwrap();
        }
        assert!(rows.next_row().unwrap().is_none());
    });
    println!("{counted:?}");
    assert!(counted.count_total <= 5 * records as u64 + 20);
}
