//! Rows and the envelope around them.

use std::{
    io::Write,
    sync::{Mutex, mpsc},
    time::{Duration, Instant},
};

use neptunedata_hyper::{opencypher::ExecuteOpenCypherQuery, rows::Envelope, serde_json::Value};

use crate::support::*;

/// The same members, at the same place in memory.
fn place(members: &Envelope) -> *const u8 {
    members
        .iter()
        .next()
        .map_or(std::ptr::null(), |(name, _)| name.as_ptr())
}

/// Members can be looked at while more of them come, which makes no copies of those that are there.
#[tokio::test]
async fn members_are_not_copied() {
    let (go, gone) = mpsc::channel();
    let gone = Mutex::new(gone);
    let server = Raw::start(move |mut stream, _| {
        read_request(&mut stream).unwrap();
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        while let Ok(piece) = gone.lock().unwrap().recv() {
            let piece: String = piece;
            let length = piece.len();
            let chunk = format!("{length:x}\r\n{piece}\r\n");
            stream.write_all(chunk.as_bytes()).unwrap();
        }
        stream.write_all(b"0\r\n\r\n").unwrap();
        until_closed(&mut stream);
    });
    let client = client(server.address);
    let query = ExecuteOpenCypherQuery::new("RETURN 1");
    let mut rows = client.rows::<Value>(&query);
    go.send("{".to_owned()).unwrap();
    let mut first = None;
    let begun = Instant::now();
    for count in (10..=200).step_by(10) {
        go.send(r#""name":"value","#.repeat(10)).unwrap();
        while rows.envelope().iter().count() < count {
            let next = tokio::time::timeout(Duration::from_millis(2), rows.next());
            assert!(next.await.is_err(), "a row, or the end");
            assert!(begun.elapsed() < LONG);
        }
        let here = place(rows.envelope());
        assert_eq!(*first.get_or_insert(here), here, "after {count}");
    }
    go.send(r#""results":[1,2]}"#.to_owned()).unwrap();
    drop(go);
    for _ in 0..2 {
        assert!(rows.next().await.unwrap().is_ok());
        assert_eq!(Some(place(rows.envelope())), first);
    }
    assert!(rows.next().await.is_none());
    let end = rows.summary().unwrap();
    assert_eq!(end.envelope.iter().count(), 200);
    assert_eq!(Some(place(&end.envelope)), first);
}
