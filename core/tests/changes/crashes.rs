//! A program that is stopped anywhere continues at the last checkpoint: no record is missed, and few are
//! delivered again.

use std::collections::BTreeMap;

use neptunedata::{
    changes::{Changes, ChangesErrorKind, ChangesOptions, Checkpoint, StartPosition, Transactions},
    error::Cause,
    machine::Input,
    streams::GetSparqlStream,
};
use proptest::{collection::vec, option, prelude::*, test_runner::Config};

use super::{
    drive::unsigned,
    server::{Outcome, Run, Server, cut, refuse},
};

/// An event before a request.
#[derive(Debug, Clone)]
enum Incident {
    Commit(usize),
    /// This number of the oldest commits is trimmed.
    Trimmed(usize),
    Throttled,
    InternalFailure,
    Cut,
    Nothing,
}

#[derive(Debug, Clone)]
struct Plan {
    commits: Vec<usize>,
    cap: usize,
    page_limit: i64,
    marks_ends: bool,
    incidents: Vec<Incident>,
    /// The number of steps after which each run is stopped.
    stops: Vec<usize>,
    /// The checkpoint is stored after this number of items.
    stored_every: usize,
    seed: u64,
}

fn plan() -> impl Strategy<Value = Plan> {
    let incidents = prop_oneof![
        (1..6_usize).prop_map(Incident::Commit),
        Just(Incident::Throttled),
        Just(Incident::InternalFailure),
        Just(Incident::Cut),
        Just(Incident::Nothing),
    ];
    (
        vec(1..9_usize, 0..12),
        1..7_usize,
        option::of(1..7_i64),
        any::<bool>(),
        vec(incidents, 0..40),
        vec(0..30_usize, 0..8),
        1..4_usize,
        any::<u64>(),
    )
        .prop_map(
            |(commits, cap, page_limit, marks_ends, incidents, stops, stored_every, seed)| Plan {
                commits,
                cap,
                page_limit: page_limit.unwrap_or(100_000),
                marks_ends,
                incidents,
                stops,
                stored_every,
                seed,
            },
        )
}

impl Plan {
    fn server(&self) -> Server {
        let mut server = Server::with(&self.commits);
        server.cap = self.cap;
        server.marks_ends = self.marks_ends;
        server
    }

    fn options(&self) -> ChangesOptions {
        ChangesOptions::new()
            .page_limit(self.page_limit)
            .transient_failures(100)
    }

    /// Once after each request.
    fn apply_incident(&self, server: &mut Server, requests: &mut usize) {
        if server.requests.len() == *requests {
            return;
        }
        *requests = server.requests.len();
        let incident = self.incidents.get(*requests);
        let instead: Option<Input> = match incident.unwrap_or(&Incident::Nothing) {
            Incident::Commit(length) => {
                server.commit(*length);
                None
            }
            Incident::Trimmed(commits) => {
                server.trim(*commits);
                None
            }
            Incident::Throttled => Some(refuse(429, "ThrottlingException")),
            Incident::InternalFailure => Some(refuse(500, "InternalFailureException")),
            Incident::Cut => Some(cut()),
            Incident::Nothing => None,
        };
        server.instead.extend(instead);
    }
}

fn start(stored: Option<Checkpoint>) -> StartPosition {
    stored.map_or(StartPosition::TrimHorizon, StartPosition::After)
}

proptest! {
    #![proptest_config(Config { cases: 240, failure_persistence: None, ..Config::default() })]

    #[test]
    fn transactions_are_all_seen(plan in plan()) {
        let mut server = plan.server();
        let mut stored = None;
        let mut seen: Vec<i64> = Vec::new();
        let mut requests = 0;
        for run in 0..=plan.stops.len() {
            let machine = Transactions::<GetSparqlStream>::with_options(
                &unsigned(),
                start(stored),
                plan.options(),
                plan.seed,
            );
            let mut running = Run::new(machine);
            let mut items = 0;
            // The last run has enough steps for the whole stream.
            let steps = plan.stops.get(run).copied().unwrap_or(2_000);
            for _ in 0..steps {
                plan.apply_incident(&mut server, &mut requests);
                match running.next(&mut server, 1) {
                    Outcome::Stopped => {}
                    Outcome::Done(result) => prop_assert!(false, "{:?}", result.err()),
                    Outcome::Item(item) => {
                        // The item is complete, and the next one after the checkpoint or the last item.
                        let ids: Vec<_> = item
                            .records
                            .iter()
                            .map(|record| record.event_id.unwrap())
                            .collect();
                        let of_commit: Vec<_> = server
                            .log
                            .iter()
                            .map(|(id, _)| *id)
                            .filter(|id| id.commit_num == item.commit_num)
                            .collect();
                        prop_assert_eq!(&ids, &of_commit);
                        prop_assert!(item.is_whole());
                        let before = match items {
                            0 => stored.map_or(0, |checkpoint| checkpoint.event_id().commit_num),
                            _ => *seen.last().unwrap(),
                        };
                        prop_assert_eq!(item.commit_num, before + 1);
                        prop_assert_eq!(Some(&item.checkpoint.event_id()), ids.last());
                        seen.push(item.commit_num);
                        items += 1;
                        if items % plan.stored_every == 0 {
                            stored = Some(item.checkpoint);
                        }
                    }
                }
            }
        }
        // All commits are seen, except the last one if its end is not marked.
        let all = server.log.last().map_or(0, |(id, _)| id.commit_num);
        let all = if plan.marks_ends { all } else { all - 1 };
        let mut once = seen.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once, (1..=all.max(0)).collect::<Vec<_>>());
        // Only items after the stored checkpoint are delivered again.
        let again = seen.len() as i64 - all.max(0);
        let most = plan.stops.len() * (plan.stored_every - 1);
        prop_assert!(again <= i64::try_from(most).unwrap(), "{} again", again);
    }

    #[test]
    fn changes_are_all_seen(plan in plan()) {
        let plan = Plan { marks_ends: true, ..plan };
        let mut server = plan.server();
        let mut stored: Option<Checkpoint> = None;
        // The records seen before and after the stored checkpoint.
        let (mut certain, mut since) = (Vec::new(), Vec::new());
        let mut requests = 0;
        for run in 0..=plan.stops.len() {
            let machine = Changes::<GetSparqlStream>::with_options(
                &unsigned(),
                start(stored),
                plan.options(),
                plan.seed,
            );
            let mut running = Run::new(machine);
            since.clear();
            for _ in 0..plan.stops.get(run).copied().unwrap_or(2_000) {
                plan.apply_incident(&mut server, &mut requests);
                match running.next(&mut server, 1) {
                    Outcome::Stopped => {}
                    Outcome::Done(result) => prop_assert!(false, "{:?}", result.err()),
                    Outcome::Item(item) => {
                        since.push(item.event_id);
                        let ends = server.log.contains(&(item.event_id, true));
                        prop_assert_eq!(item.checkpoint.is_some(), ends);
                        if let Some(checkpoint) = item.checkpoint {
                            stored = Some(checkpoint);
                            certain.append(&mut since);
                        }
                    }
                }
            }
        }
        let log: Vec<_> = server.log.iter().map(|(id, _)| *id).collect();
        prop_assert_eq!(certain, log);
        prop_assert!(since.is_empty());
    }

    /// If the stream is trimmed or a transaction exceeds the limit, each record is delivered or reported as
    /// lost by an error.
    #[test]
    fn lost_records_are_reported(
        plan in plan(),
        trims in vec((0..40_usize, 1..6_usize), 0..4),
        limit in 1..9_usize,
        from_latest in any::<bool>(),
    ) {
        let mut plan = Plan { marks_ends: true, ..plan };
        for (place, commits) in trims {
            let place = place.min(plan.incidents.len());
            plan.incidents.insert(place, Incident::Trimmed(commits));
        }
        let mut server = plan.server();
        let mut stored: Option<Checkpoint> = None;
        let mut begin = if from_latest { StartPosition::Latest } else { StartPosition::TrimHorizon };
        let mut limit = limit;
        let mut requests = 0;
        // The lengths of all commits, including trimmed ones.
        let lengths = |server: &Server| {
            let ends = server.ends.iter();
            ends.map(|id| (id.commit_num, id.op_num)).collect::<BTreeMap<_, _>>()
        };
        let mut run = 0;
        while run <= plan.stops.len() {
            let start = stored.map_or(begin, StartPosition::After);
            let options = plan.options().transaction_limit(limit);
            let machine =
                Transactions::<GetSparqlStream>::with_options(&unsigned(), start, options, plan.seed);
            let mut running = Run::new(machine);
            // The last commit before the next item; unknown before the first item without a checkpoint.
            let mut before = stored.map(|checkpoint| checkpoint.event_id().commit_num);
            let horizon = server.trimmed;
            server.latest = None;
            let mut ended = None;
            let mut items = 0;
            for _ in 0..plan.stops.get(run).copied().unwrap_or(2_000) {
                plan.apply_incident(&mut server, &mut requests);
                match running.next(&mut server, 1) {
                    Outcome::Stopped => {}
                    Outcome::Done(result) => {
                        ended = result.err();
                        break;
                    }
                    Outcome::Item(item) => {
                        prop_assert!(item.records.len() <= limit);
                        let whole = lengths(&server)[&item.commit_num];
                        prop_assert_eq!(i64::try_from(item.records.len()).unwrap(), whole);
                        match (before, start) {
                            (Some(before), _) => prop_assert_eq!(item.commit_num, before + 1),
                            // A stream without records starts at its first record.
                            (None, StartPosition::Latest) => {
                                let latest = server.latest.unwrap_or(0);
                                prop_assert_eq!(item.commit_num, latest + 1);
                            }
                            // Records may be trimmed before the first request.
                            (None, _) => prop_assert!(
                                (horizon + 1..=server.trimmed + 1).contains(&item.commit_num)
                            ),
                        }
                        before = Some(item.commit_num);
                        items += 1;
                        if items % plan.stored_every == 0 {
                            stored = Some(item.checkpoint);
                        }
                    }
                }
            }
            run += 1;
            let Some(error) = ended else {
                continue;
            };
            let Cause::Changes(cause) = error.cause() else {
                return Err(TestCaseError::fail(error.to_string()));
            };
            match cause.kind() {
                ChangesErrorKind::TooLarge => {
                    let commit = cause.position().commit_num;
                    prop_assert!(before.is_none_or(|before| commit == before + 1));
                    prop_assert!(lengths(&server)[&commit] > i64::try_from(limit).unwrap());
                    let named = format!("limit of {limit}");
                    prop_assert!(error.to_string().contains(&named), "{}", error);
                    limit = 1_000_000;
                }
                ChangesErrorKind::Expired => {
                    // The next record is trimmed, and the error has the position before it.
                    prop_assert!(cause.position().commit_num <= server.trimmed);
                    stored = None;
                    begin = StartPosition::TrimHorizon;
                }
                other => prop_assert!(false, "{:?}", other),
            }
            // A run that was stopped by an error is continued.
            run = run.min(plan.stops.len());
        }
    }
}
