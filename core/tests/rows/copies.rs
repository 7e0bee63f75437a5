//! The memory that the reader allocates is proportional to the size of any input. The allocated bytes are
//! counted; nothing is timed.

use allocation_counter::AllocationInfo;
use bytes::Bytes;
use neptunedata::rows::{RowReader, RowsFormat};
use serde_json::Value;

/// Reads a body in pieces, as a driver does, and continues after a failure.
fn read(body: &[u8], size: usize) -> AllocationInfo {
    allocation_counter::measure(|| {
        let mut reader = RowReader::<Value>::new(RowsFormat::OpenCypher);
        let body = Bytes::copy_from_slice(body);
        for start in (0..body.len()).step_by(size) {
            let end = body.len().min(start + size);
            reader.push(body.slice(start..end));
            while let Ok(Some(_)) = reader.next_row() {}
        }
        reader.end();
        let _ = reader.next_row();
    })
}

#[test]
fn no_input_is_copied_many_times() {
    let n = 50_000;
    let (keys, values) = ("k".repeat(n), "v".repeat(n));
    let bodies = [
        (
            "a long key before a long value",
            format!(r#"{{"{keys}":"{values}","results":[]}}"#),
        ),
        (
            "a long key before white space",
            format!(r#"{{"{keys}"{0}:{0}1,"results":[]}}"#, " ".repeat(n)),
        ),
        (
            "a long key before a truncated value",
            format!(r#"{{"{keys}":"{values}"#),
        ),
        (
            "a long key before invalid JSON",
            format!(r#"{{"{keys}":x{values}"#),
        ),
        (
            "many members",
            format!(r#"{{{}"results":[]}}"#, r#""a":1,"#.repeat(n / 6)),
        ),
        (
            "members with the maximum size that is kept",
            format!(
                r#"{{{}"results":[]}}"#,
                format!(r#""{}":1,"#, "k".repeat(2500)).repeat(120)
            ),
        ),
        ("a long row", format!(r#"{{"results":["{values}",1]}}"#)),
        ("not JSON", format!(r#"{{"results":[{{{values}"#)),
    ];
    for (name, body) in bodies {
        for size in [1, 10, 1400, n * 4] {
            let bytes = read(body.as_bytes(), size).bytes_total;
            let times = bytes as f64 / body.len() as f64;
            // Buffers that grow and a kept error cost some copies; a copy for each piece would be thousands.
            assert!(times < 50.0, "{name} by {size}: {times} times");
        }
    }
}

/// A row that is in one chunk costs only the allocations of its own members.
#[test]
fn rows_are_not_copied() {
    #[derive(serde::Deserialize)]
    struct Row {
        name: String,
        age: u32,
    }

    let rows = vec![r#"{"name":"marko","age":29}"#; 1000].join(",");
    let body = Bytes::from(format!(r#"{{"results":[{rows}]}}"#));
    let counted = allocation_counter::measure(|| {
        let mut reader = RowReader::<Row>::new(RowsFormat::OpenCypher);
        reader.push(body);
        while let Some(row) = reader.next_row().unwrap() {
            assert_eq!((row.name.as_str(), row.age), ("marko", 29));
        }
        reader.end();
        assert!(reader.next_row().unwrap().is_none());
    });
    assert!(counted.count_total <= 1010, "{counted:?}");
}

/// A clone of the members that is dropped before more members arrive costs no copy.
#[test]
fn members_are_shared() {
    let mut reader = RowReader::<Value>::new(RowsFormat::OpenCypher);
    reader.push("{");
    let counted = allocation_counter::measure(|| {
        for _ in 0..1000 {
            reader.push(r#""name":"value","#);
            assert_eq!(reader.next_row(), Ok(None));
            let seen = reader.envelope().clone();
            assert!(seen.get("name").is_some());
        }
    });
    println!("{counted:?}");
    assert!(counted.count_total < 20_000, "{counted:?}");
    assert_eq!(reader.envelope().iter().count(), 1000);

    // A clone that is kept does not change.
    let before = reader.envelope().clone();
    reader.push(r#""name":"value","#);
    assert_eq!(reader.next_row(), Ok(None));
    assert_eq!(before.iter().count(), 1000);
    assert_eq!(reader.envelope().iter().count(), 1001);
    assert_ne!(&before, reader.envelope());
}

/// The limit is approximately the memory that is used.
#[test]
fn members_of_any_size_use_memory_up_to_the_limit() {
    for member in [
        r#""":1,"#.to_owned(),
        r#""name":"value","#.to_owned(),
        format!(r#""k":"{}","#, "v".repeat(1000)),
    ] {
        let mut held = None;
        let counted = allocation_counter::measure(|| {
            let mut reader = RowReader::<Value>::new(RowsFormat::OpenCypher);
            reader.push(format!("{{{}", member.repeat((1 << 20) / member.len())));
            assert_eq!(reader.next_row(), Ok(None));
            assert!(!reader.envelope().is_complete());
            held = Some(reader.envelope().clone());
        });
        let bytes = counted.bytes_current;
        println!("{member:.20}: {bytes} bytes");
        assert!((1 << 16..1 << 18).contains(&bytes), "{bytes} bytes");
        drop(held);
    }
}
