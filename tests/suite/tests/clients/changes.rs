//! Change streams.

use std::time::Duration;

use neptunedata::{
    changes::{ChangesOptions, Checkpoint, StartPosition, Transaction},
    streams::{GetPropertygraphStream, PropertygraphRecord},
};
use neptunedata_emulator::Server;
use neptunedata_tests::client::{Client, Driver, quick};

use crate::support::{block_on, commit, hyper, server};

type Transactions = Vec<Transaction<PropertygraphRecord>>;

/// Follows the stream to its end.
fn follow(client: &Client, start: StartPosition) -> Result<Transactions, neptunedata::Error> {
    let to_the_end = ChangesOptions::new().stop_at_end();
    let mut changes = client.changes::<GetPropertygraphStream>(start, to_the_end);
    let all = changes.by_ref().collect::<Result<Transactions, _>>()?;
    let kept = all.last().map(|last| last.checkpoint);
    assert_eq!(changes.summary().unwrap().checkpoint, kept);
    assert!(changes.next().is_none());
    Ok(all)
}

/// A server with these commits, and a client.
fn with_commits(driver: Driver, commits: &[usize]) -> (Server, Client) {
    let server = server();
    for changes in commits {
        commit(&server, *changes);
    }
    let client = driver.client(&server.endpoint(), quick());
    (server, client)
}

#[test]
fn transactions_are_complete_and_continue_after_a_checkpoint() {
    for driver in Driver::ALL {
        let (_server, client) = with_commits(driver, &[3, 1, 2]);
        let all = follow(&client, StartPosition::TrimHorizon).unwrap();
        let sizes: Vec<_> = all.iter().map(|one| one.records.len()).collect();
        assert_eq!(sizes, [3, 1, 2], "{driver}");
        // A checkpoint is stored as text.
        let kept: Checkpoint = all[0].checkpoint.to_string().parse().unwrap();
        let rest = follow(&client, StartPosition::After(kept)).unwrap();
        assert_eq!(rest, all[1..]);
    }
}

#[test]
fn the_iterator_waits_for_new_transactions_at_the_end() {
    let pause = Duration::from_millis(10);
    for driver in Driver::ALL {
        let server = server();
        commit(&server, 1);
        // The time limits are those of calls: waiting takes longer.
        let limited = quick().timeout(Duration::from_millis(150));
        let client = driver.client(&server.endpoint(), limited);
        let often = ChangesOptions::new().poll_interval(pause, pause);
        let start = StartPosition::TrimHorizon;
        let mut changes = client.changes::<GetPropertygraphStream>(start, often);
        assert_eq!(changes.next().unwrap().unwrap().records.len(), 1);
        assert!(changes.summary().is_none());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(400));
                commit(&server, 2);
            });
            let second = changes.next().unwrap().unwrap();
            assert_eq!(changes.checkpoint(), Some(second.checkpoint));
            assert_eq!(second.records.len(), 2, "{driver}");
        });
    }
}

/// A caller that stops waiting knows where to continue, also before the first transaction.
#[test]
fn the_checkpoint_is_known_when_a_future_is_dropped() {
    let server = server();
    commit(&server, 2);
    let client = hyper(&server, quick());
    block_on(async {
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
fn records_one_by_one() {
    for driver in Driver::ALL {
        let (_server, client) = with_commits(driver, &[3, 1]);
        let to_the_end = ChangesOptions::new().stop_at_end();
        let start = StartPosition::TrimHorizon;
        let mut records = client.change_records::<GetPropertygraphStream>(start, to_the_end);
        let all: Vec<_> = records.by_ref().map(Result::unwrap).collect();
        assert_eq!(records.checkpoint(), records.summary().unwrap().checkpoint);
        let events: Vec<_> = all.iter().map(|one| one.event_id.to_string()).collect();
        assert_eq!(events, ["1:1", "1:2", "1:3", "2:1"], "{driver}");
        let ends: Vec<_> = all.iter().map(|one| one.checkpoint.is_some()).collect();
        assert_eq!(ends, [false, false, true, true]);
    }
}
