//! Paging from each start position, to the end of the stream and after it.

use neptunedata::{
    ErrorKind,
    changes::{ChangesErrorKind, ChangesOptions, StartPosition, Transactions},
    error::Cause,
    machine::Machine,
    streams::{EventId, GetPropertygraphStream},
};

use super::{
    drive::unsigned,
    follow::{SECOND, after, at, changes, to_the_end, transactions},
    server::{Outcome, Run, Server, respond},
};

/// The items, until 40 steps in a row have none.
fn available_items<M: Machine>(run: &mut Run<M>, server: &mut Server) -> Vec<M::Item> {
    let mut items = Vec::new();
    loop {
        match run.next(server, 40) {
            Outcome::Item(item) => items.push(item),
            Outcome::Stopped => return items,
            Outcome::Done(_) => panic!("the stream has ended"),
        }
    }
}

#[test]
fn pages_continue_after_the_last_record() {
    let mut server = Server::with(&[2, 1, 3]);
    server.cap = 2;
    let mut run = transactions(StartPosition::TrimHorizon, to_the_end());
    let (items, result) = run.all(&mut server);
    let lengths: Vec<_> = items
        .iter()
        .map(|item| (item.commit_num, item.records.len(), item.checkpoint))
        .collect();
    assert_eq!(
        lengths,
        [(1, 2, at(1, 2)), (2, 1, at(2, 1)), (3, 3, at(3, 3))]
    );
    assert!(items.iter().all(|item| item.is_whole()));
    assert_eq!(result.expect("the end").checkpoint, Some(at(3, 3)));
    assert_eq!(
        server.queries(),
        [
            "iteratorType=TRIM_HORIZON&limit=1000",
            "commitNum=1&iteratorType=AFTER_SEQUENCE_NUMBER&limit=1000&opNum=2",
            "commitNum=3&iteratorType=AFTER_SEQUENCE_NUMBER&limit=1000&opNum=1",
            "commitNum=3&iteratorType=AFTER_SEQUENCE_NUMBER&limit=1000&opNum=3",
        ]
    );
    assert!(run.waits.is_empty());
}

#[test]
fn both_streams_are_followed() {
    let mut server = Server::with(&[1, 1]);
    let machine = Transactions::<GetPropertygraphStream>::with_options(
        &unsigned(),
        after(1, 1),
        to_the_end(),
        1,
    );
    let (items, _) = Run::new(machine).all(&mut server);
    assert_eq!(items.len(), 1);
    let paths: Vec<_> = server.requests.iter().map(|(_, uri)| uri.path()).collect();
    assert_eq!(paths, ["/propertygraph/stream"; 2]);
}

#[test]
fn single_changes_have_checkpoints_at_the_ends_of_transactions() {
    let mut server = Server::with(&[2, 1]);
    let mut run = changes(StartPosition::TrimHorizon, to_the_end());
    let (items, result) = run.all(&mut server);
    let seen: Vec<_> = items
        .iter()
        .map(|item| (item.event_id, item.checkpoint))
        .collect();
    assert_eq!(
        seen,
        [
            (EventId::new(1, 1), None),
            (EventId::new(1, 2), Some(at(1, 2))),
            (EventId::new(2, 1), Some(at(2, 1))),
        ]
    );
    assert_eq!(result.expect("the end").checkpoint, Some(at(2, 1)));
}

#[test]
fn latest_starts_after_the_newest_record() {
    let mut server = Server::with(&[2, 3]);
    let mut run = transactions(StartPosition::Latest, ChangesOptions::new());
    assert!(available_items(&mut run, &mut server).is_empty());
    // The checkpoint is known before the first item, and can be stored.
    assert_eq!(run.machine.checkpoint(), Some(at(2, 3)));
    server.commit(2);
    let items = available_items(&mut run, &mut server);
    assert_eq!((items.len(), items[0].commit_num), (1, 3));
    assert_eq!(server.queries()[0], "iteratorType=LATEST");

    // The end of the stream may also be reported in an error.
    let mut server = Server::with(&[2, 3]);
    server.instead = vec![server.not_found()];
    let mut run = transactions(StartPosition::Latest, ChangesOptions::new());
    assert!(available_items(&mut run, &mut server).is_empty());
    assert_eq!(run.machine.checkpoint(), Some(at(2, 3)));

    // No record of a commit that was incomplete at the start is delivered.
    let mut server = Server::with(&[2, 3]);
    let rest = server.log.split_off(4);
    let mut run = transactions(StartPosition::Latest, ChangesOptions::new());
    assert!(available_items(&mut run, &mut server).is_empty());
    assert_eq!(run.machine.checkpoint(), None);
    server.log.extend(rest);
    server.commit(1);
    let items = available_items(&mut run, &mut server);
    assert_eq!((items.len(), items[0].commit_num), (1, 3));

    // All records of a stream that was empty are delivered.
    let mut server = Server::with(&[]);
    let mut run = transactions(StartPosition::Latest, ChangesOptions::new());
    assert!(available_items(&mut run, &mut server).is_empty());
    server.commit(2);
    assert_eq!(available_items(&mut run, &mut server).len(), 1);
    // An empty stream may also be an empty page.
    let mut server = Server::with(&[]);
    server.instead = vec![respond(200, r#"{"records":[]}"#.to_owned())];
    let mut run = transactions(StartPosition::Latest, to_the_end());
    let (items, result) = run.all(&mut server);
    assert!(items.is_empty());
    assert_eq!(result.expect("the end").checkpoint, None);
}

#[test]
fn pauses_at_the_end_grow() {
    let mut server = Server::with(&[1]);
    let mut run = changes(StartPosition::TrimHorizon, ChangesOptions::new());
    assert_eq!(available_items(&mut run, &mut server).len(), 1);
    for (wait, longest) in run.waits.iter().zip([1, 1, 2, 4, 8, 15, 15, 15]) {
        let longest = SECOND * longest;
        assert!(
            *wait <= longest && *wait >= longest * 3 / 4,
            "{wait:?} of {longest:?}"
        );
    }
    // A new record resets the pauses.
    server.commit(1);
    run.waits.clear();
    assert_eq!(available_items(&mut run, &mut server).len(), 1);
    let after: Vec<_> = run.waits.iter().filter(|wait| **wait <= SECOND).collect();
    assert!(!after.is_empty());

    // A day without records takes some thousand requests.
    let mut server = Server::with(&[1]);
    let mut run = changes(StartPosition::TrimHorizon, ChangesOptions::new());
    while run.clock.now().mono - run.began < 24 * 3600 * SECOND {
        run.next(&mut server, 10);
    }
    assert!(server.requests.len() < 8_000, "{}", server.requests.len());

    let options = ChangesOptions::new().poll_interval(10 * SECOND, 10 * SECOND);
    let mut run = changes(StartPosition::TrimHorizon, options);
    available_items(&mut run, &mut server);
    assert!(
        run.waits
            .iter()
            .all(|wait| *wait <= 10 * SECOND && *wait >= 7 * SECOND)
    );
}

#[test]
fn page_limits_depend_on_the_size_of_records() {
    let limits = |padding: usize, options: ChangesOptions| {
        let mut server = Server::with(&[20; 1000]);
        server.padding = padding;
        let (items, result) = changes(StartPosition::TrimHorizon, options).all(&mut server);
        assert_eq!((items.len(), result.is_ok()), (20_000, true));
        let limit = |query: &&str| {
            let (_, rest) = query.split_once("limit=").expect("a limit");
            rest.split('&').next().unwrap().parse::<i64>().unwrap()
        };
        server.queries().iter().map(limit).collect::<Vec<_>>()
    };
    // Small records: the limit grows.
    let small = limits(10, to_the_end());
    assert_eq!(small[..3], [1000, 4000, 16_000]);
    assert!(small.len() < 8, "{small:?}");
    // Larger records: the pages stay below 10 MB.
    let large = limits(2000, to_the_end());
    for limit in &large[3..] {
        assert!((3000..5000).contains(limit), "{large:?}");
    }
    let few = limits(10, to_the_end().page_limit(700));
    assert!(few.iter().all(|limit| *limit == 700));
}

#[test]
fn pages_that_the_server_ends_are_continued_at_once() {
    let mut server = Server::with(&[20; 100]);
    server.padding = 20_000;
    let mut run = changes(StartPosition::TrimHorizon, ChangesOptions::new());
    let mut count = 0;
    while count < 2000 {
        let Outcome::Item(_) = run.next(&mut server, 10) else {
            panic!("expected a record")
        };
        count += 1;
    }
    assert!(run.waits.is_empty());
    assert!(server.requests.len() > 4);
}

#[test]
fn transactions_end_where_the_next_begins() {
    let mut server = Server::with(&[2, 3, 1]);
    server.marks_ends = false;
    server.cap = 2;
    let mut run = transactions(StartPosition::TrimHorizon, to_the_end());
    let (items, result) = run.all(&mut server);
    let lengths: Vec<_> = items.iter().map(|item| item.records.len()).collect();
    // It is unknown whether the last transaction has ended.
    assert_eq!(lengths, [2, 3]);
    assert_eq!(result.expect("the end").checkpoint, Some(at(2, 3)));
}

#[test]
fn transactions_have_a_limit() {
    let mut server = Server::with(&[2, 5, 6, 1]);
    server.cap = 3;
    let options = to_the_end().transaction_limit(5);
    let mut run = transactions(StartPosition::TrimHorizon, options);
    let (items, result) = run.all(&mut server);
    assert_eq!(items.len(), 2);
    let error = result.expect_err("a large transaction");
    let kind = ErrorKind::Changes(ChangesErrorKind::TooLarge);
    assert_eq!(error.kind(), kind);
    assert_eq!(
        error.to_string(),
        "GetSparqlStream: the transaction that begins at 3:1 has more records than the limit of 5"
    );
    // Single records have no limit.
    let options = to_the_end().transaction_limit(5);
    let (items, result) = changes(after(2, 5), options).all(&mut server);
    assert_eq!((items.len(), result.is_ok()), (7, true));
}

#[test]
fn repeated_records_are_skipped() {
    let mut server = Server::with(&[2, 2]);
    let page = |server: &mut Server| {
        let uri = "/?iteratorType=TRIM_HORIZON&limit=3".parse().unwrap();
        server.respond_to(SECOND, &uri)
    };
    server.instead = vec![];
    let (first, second) = (page(&mut server), page(&mut server));
    server.requests.clear();
    server.instead = vec![first, second];
    let mut run = changes(StartPosition::TrimHorizon, ChangesOptions::new());
    let items = available_items(&mut run, &mut server);
    let ids: Vec<_> = items.iter().map(|item| item.event_id.to_string()).collect();
    assert_eq!(ids, ["1:1", "1:2", "2:1", "2:2"]);
}

#[test]
fn records_without_an_id_are_errors() {
    let mut server = Server::with(&[]);
    let body = r#"{"records":[{"eventId":"1:1","op":"ADD"},{"op":"ADD"}]}"#;
    server.instead = vec![respond(200, body.to_owned())];
    let (items, result) = changes(StartPosition::TrimHorizon, to_the_end()).all(&mut server);
    assert!(items.is_empty());
    let error = result.expect_err("an error");
    let Cause::Decode(cause) = error.cause() else {
        panic!("{error}")
    };
    assert_eq!(cause.path(), "records[1].eventId");
    assert_eq!(error.body().as_ref(), body.as_bytes());
}
