//! Change streams.

use std::time::Duration;

use neptunedata::{
    ErrorKind,
    changes::{ChangesErrorKind, ChangesOptions, Checkpoint, StartPosition, Transaction},
    streams::{GetPropertygraphStream, PropertygraphRecord},
};
use neptunedata_emulator::{ChangeStream, Server};

use crate::support::{BOTH, Driver, block_on, blocking, commit, hyper, options, server};

type Transactions = Vec<Transaction<PropertygraphRecord>>;

/// Follows the stream to its end.
fn follow(
    driver: Driver,
    server: &Server,
    start: StartPosition,
) -> Result<Transactions, neptunedata::Error> {
    let to_the_end = ChangesOptions::new().stop_at_end();
    match driver {
        Driver::Blocking => blocking(server, options())
            .changes_with::<GetPropertygraphStream>(start, to_the_end)
            .collect(),
        Driver::Hyper => block_on(async {
            let client = hyper(server, options());
            let mut changes = client.changes_with::<GetPropertygraphStream>(start, to_the_end);
            let mut all = Vec::new();
            while let Some(transaction) = changes.next().await {
                all.push(transaction?);
            }
            let kept = all.last().map(|last: &Transaction<_>| last.checkpoint);
            assert_eq!(changes.summary().unwrap().checkpoint, kept);
            assert!(changes.next().await.is_none());
            Ok(all)
        }),
    }
}

#[test]
fn transactions_come_whole_and_go_on_from_a_checkpoint() {
    for driver in BOTH {
        let server = server();
        for records in [3, 1, 2] {
            commit(&server, records);
        }
        let all = follow(driver, &server, StartPosition::TrimHorizon).unwrap();
        let sizes: Vec<_> = all.iter().map(|one| one.records.len()).collect();
        assert_eq!(sizes, [3, 1, 2], "{driver:?}");
        // What is kept is text, and is enough to go on with.
        let kept: Checkpoint = all[0].checkpoint.to_string().parse().unwrap();
        let rest = follow(driver, &server, StartPosition::After(kept)).unwrap();
        assert_eq!(rest, all[1..]);
    }
}

#[test]
fn at_the_end_it_waits_for_what_comes() {
    let pause = Duration::from_millis(10);
    for driver in BOTH {
        let server = server();
        commit(&server, 1);
        // Time-outs are for calls: this takes longer.
        let limited = options().timeout(Duration::from_millis(150));
        let gently = ChangesOptions::new().poll_interval(pause, pause);
        let later = || {
            std::thread::sleep(Duration::from_millis(400));
            commit(&server, 2);
        };
        let second = std::thread::scope(|scope| {
            scope.spawn(later);
            match driver {
                Driver::Blocking => {
                    let client = blocking(&server, limited);
                    let start = StartPosition::TrimHorizon;
                    let mut changes = client.changes_with::<GetPropertygraphStream>(start, gently);
                    assert_eq!(changes.next().unwrap().unwrap().records.len(), 1);
                    assert!(changes.summary().is_none());
                    let second = changes.next().unwrap().unwrap();
                    assert_eq!(changes.checkpoint(), Some(second.checkpoint));
                    second
                }
                Driver::Hyper => block_on(async {
                    let client = hyper(&server, limited);
                    let start = StartPosition::TrimHorizon;
                    let mut changes = client.changes_with::<GetPropertygraphStream>(start, gently);
                    assert_eq!(changes.next().await.unwrap().unwrap().records.len(), 1);
                    let second = changes.next().await.unwrap().unwrap();
                    assert_eq!(changes.checkpoint(), Some(second.checkpoint));
                    second
                }),
            }
        });
        assert_eq!(second.records.len(), 2);
    }
}

/// Who stops waiting knows where to go on: also before the first transaction.
#[test]
fn who_stops_waiting_knows_the_place() {
    let server = server();
    commit(&server, 2);
    block_on(async {
        let client = hyper(&server, options());
        for start in [StartPosition::TrimHorizon, StartPosition::Latest] {
            let mut changes = client.changes::<GetPropertygraphStream>(start);
            if start == StartPosition::TrimHorizon {
                assert_eq!(changes.checkpoint(), None);
                assert!(changes.next().await.unwrap().is_ok());
            }
            let stopped = tokio::time::timeout(Duration::from_millis(300), changes.next()).await;
            assert!(stopped.is_err());
            let kept = changes.checkpoint().expect("a place");
            assert_eq!(kept.to_string(), "1:2");
            let mut records = client.change_records::<GetPropertygraphStream>(start);
            if start == StartPosition::TrimHorizon {
                for _ in 0..2 {
                    assert!(records.next().await.unwrap().is_ok());
                }
            }
            let stopped = tokio::time::timeout(Duration::from_millis(300), records.next()).await;
            assert!(stopped.is_err());
            assert_eq!(records.checkpoint(), Some(kept));
        }
    });
}

#[test]
fn records_come_one_by_one() {
    for driver in BOTH {
        let server = server();
        for records in [3, 1] {
            commit(&server, records);
        }
        let (start, to_the_end) = (
            StartPosition::TrimHorizon,
            ChangesOptions::new().stop_at_end(),
        );
        let all: Vec<_> = match driver {
            Driver::Blocking => {
                let client = blocking(&server, options());
                let mut records =
                    client.change_records_with::<GetPropertygraphStream>(start, to_the_end);
                let all = records.by_ref().map(Result::unwrap).collect();
                assert_eq!(records.checkpoint(), records.summary().unwrap().checkpoint);
                all
            }
            Driver::Hyper => block_on(async {
                let client = hyper(&server, options());
                let mut records =
                    client.change_records_with::<GetPropertygraphStream>(start, to_the_end);
                let mut all = Vec::new();
                while let Some(record) = records.next().await {
                    all.push(record.unwrap());
                }
                assert_eq!(records.checkpoint(), records.summary().unwrap().checkpoint);
                all
            }),
        };
        let places: Vec<_> = all.iter().map(|one| one.event_id.to_string()).collect();
        assert_eq!(places, ["1:1", "1:2", "1:3", "2:1"], "{driver:?}");
        let ends: Vec<_> = all.iter().map(|one| one.checkpoint.is_some()).collect();
        assert_eq!(ends, [false, false, true, true]);
    }
}

#[test]
fn changes_that_are_lost_are_an_error() {
    for driver in BOTH {
        let server = server();
        for _ in 0..3 {
            commit(&server, 1);
        }
        let all = follow(driver, &server, StartPosition::TrimHorizon).unwrap();
        server.with(|emulator| {
            let last = emulator.last_event(ChangeStream::PropertyGraph);
            emulator.trim_before(ChangeStream::PropertyGraph, last);
        });
        let error = follow(driver, &server, StartPosition::After(all[0].checkpoint)).unwrap_err();
        let expired = ErrorKind::Changes(ChangesErrorKind::Expired);
        assert_eq!(error.kind(), expired, "{driver:?}");
    }
}
