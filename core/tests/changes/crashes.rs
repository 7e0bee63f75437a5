//! Stopped anywhere, it goes on from the last checkpoint: nothing is missed, and little comes again.

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
    server::{Came, Run, Server, cut, refuse},
};

/// What happens before a request.
#[derive(Debug, Clone)]
enum Happens {
    Commit(usize),
    /// So many commits are not kept any more.
    Trimmed(usize),
    Throttled,
    Fault,
    Cut,
    Nothing,
}

#[derive(Debug, Clone)]
struct Plan {
    commits: Vec<usize>,
    cap: usize,
    page_limit: i64,
    tells_ends: bool,
    happens: Vec<Happens>,
    /// After how many steps each run is stopped.
    stops: Vec<usize>,
    /// The checkpoint is kept after so many items.
    kept_every: usize,
    seed: u64,
}

fn plan() -> impl Strategy<Value = Plan> {
    let happens = prop_oneof![
        (1..6_usize).prop_map(Happens::Commit),
        Just(Happens::Throttled),
        Just(Happens::Fault),
        Just(Happens::Cut),
        Just(Happens::Nothing),
    ];
    (
        vec(1..9_usize, 0..12),
        1..7_usize,
        option::of(1..7_i64),
        any::<bool>(),
        vec(happens, 0..40),
        vec(0..30_usize, 0..8),
        1..4_usize,
        any::<u64>(),
    )
        .prop_map(
            |(commits, cap, page_limit, tells_ends, happens, stops, kept_every, seed)| Plan {
                commits,
                cap,
                page_limit: page_limit.unwrap_or(100_000),
                tells_ends,
                happens,
                stops,
                kept_every,
                seed,
            },
        )
}

impl Plan {
    fn server(&self) -> Server {
        let mut server = Server::with(&self.commits);
        server.cap = self.cap;
        server.tells_ends = self.tells_ends;
        server
    }

    fn options(&self) -> ChangesOptions {
        ChangesOptions::new()
            .page_limit(self.page_limit)
            .transient_failures(100)
    }

    fn let_happen(&self, server: &mut Server, at: usize) {
        let instead: Option<Input> = match self.happens.get(at).unwrap_or(&Happens::Nothing) {
            Happens::Commit(length) => {
                server.commit(*length);
                None
            }
            Happens::Trimmed(commits) => {
                server.trim(*commits);
                None
            }
            Happens::Throttled => Some(refuse(429, "ThrottlingException")),
            Happens::Fault => Some(refuse(500, "InternalFailureException")),
            Happens::Cut => Some(cut()),
            Happens::Nothing => None,
        };
        server.instead.extend(instead);
    }
}

fn start(kept: Option<Checkpoint>) -> StartPosition {
    kept.map_or(StartPosition::TrimHorizon, StartPosition::After)
}

proptest! {
    #![proptest_config(Config { cases: 300, failure_persistence: None, ..Config::default() })]

    #[test]
    fn transactions_are_all_seen(plan in plan()) {
        let mut server = plan.server();
        let mut kept = None;
        let mut seen: Vec<i64> = Vec::new();
        let mut asked = 0;
        for run in 0..=plan.stops.len() {
            let machine = Transactions::<GetSparqlStream>::with_options(
                &unsigned(),
                start(kept),
                plan.options(),
                plan.seed,
            );
            let mut running = Run::new(machine);
            let mut items = 0;
            // The last run is not stopped before all is seen.
            let steps = plan.stops.get(run).copied().unwrap_or(2_000);
            for _ in 0..steps {
                if server.asked.len() != asked {
                    asked = server.asked.len();
                    plan.let_happen(&mut server, asked);
                }
                match running.next(&mut server, 1) {
                    Came::Stopped => {}
                    Came::Done(result) => prop_assert!(false, "{:?}", result.err()),
                    Came::Item(item) => {
                        // Whole, and the next one after what was kept or seen in this run.
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
                            0 => kept.map_or(0, |kept| kept.event_id().commit_num),
                            _ => *seen.last().unwrap(),
                        };
                        prop_assert_eq!(item.commit_num, before + 1);
                        prop_assert_eq!(Some(&item.checkpoint.event_id()), ids.last());
                        seen.push(item.commit_num);
                        items += 1;
                        if items % plan.kept_every == 0 {
                            kept = Some(item.checkpoint);
                        }
                    }
                }
            }
        }
        // All that was committed, but for the last where nobody can know that it has ended.
        let all = server.log.last().map_or(0, |(id, _)| id.commit_num);
        let all = if plan.tells_ends { all } else { all - 1 };
        let mut once = seen.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once, (1..=all.max(0)).collect::<Vec<_>>());
        // No more comes again than was not kept, in each run.
        let again = seen.len() as i64 - all.max(0);
        let most = plan.stops.len() * (plan.kept_every - 1);
        prop_assert!(again <= i64::try_from(most).unwrap(), "{} again", again);
    }

    #[test]
    fn changes_are_all_seen(plan in plan()) {
        let plan = Plan { tells_ends: true, ..plan };
        let mut server = plan.server();
        let mut kept: Option<Checkpoint> = None;
        // What was seen up to the checkpoint that was kept, and after it.
        let (mut certain, mut since) = (Vec::new(), Vec::new());
        let mut asked = 0;
        for run in 0..=plan.stops.len() {
            let machine = Changes::<GetSparqlStream>::with_options(
                &unsigned(),
                start(kept),
                plan.options(),
                plan.seed,
            );
            let mut running = Run::new(machine);
            since.clear();
            for _ in 0..plan.stops.get(run).copied().unwrap_or(2_000) {
                if server.asked.len() != asked {
                    asked = server.asked.len();
                    plan.let_happen(&mut server, asked);
                }
                match running.next(&mut server, 1) {
                    Came::Stopped => {}
                    Came::Done(result) => prop_assert!(false, "{:?}", result.err()),
                    Came::Item(item) => {
                        since.push(item.event_id);
                        let ends = server.log.contains(&(item.event_id, true));
                        prop_assert_eq!(item.checkpoint.is_some(), ends);
                        if let Some(checkpoint) = item.checkpoint {
                            kept = Some(checkpoint);
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

    /// From anywhere, while the stream is trimmed and with transactions beyond the limit: whatever is not
    /// seen is told by an error.
    #[test]
    fn what_is_not_seen_is_told(
        plan in plan(),
        trims in vec((0..40_usize, 1..6_usize), 0..4),
        limit in 1..9_usize,
        from_latest in any::<bool>(),
    ) {
        let mut plan = Plan { tells_ends: true, ..plan };
        for (place, commits) in trims {
            let place = place.min(plan.happens.len());
            plan.happens.insert(place, Happens::Trimmed(commits));
        }
        let mut server = plan.server();
        let mut kept: Option<Checkpoint> = None;
        let mut begin = if from_latest { StartPosition::Latest } else { StartPosition::TrimHorizon };
        let mut limit = limit;
        let mut asked = 0;
        // Lengths of all commits, also of those that are trimmed.
        let lengths = |server: &Server| {
            let ends = server.ends.iter();
            ends.map(|id| (id.commit_num, id.op_num)).collect::<BTreeMap<_, _>>()
        };
        let mut run = 0;
        while run <= plan.stops.len() {
            let start = kept.map_or(begin, StartPosition::After);
            let options = plan.options().transaction_limit(limit);
            let machine =
                Transactions::<GetSparqlStream>::with_options(&unsigned(), start, options, plan.seed);
            let mut running = Run::new(machine);
            // The last commit before what comes next; not known before the first of a run without a place.
            let mut before = kept.map(|kept| kept.event_id().commit_num);
            let horizon = server.trimmed;
            server.latest = None;
            let mut ended = None;
            let mut items = 0;
            for _ in 0..plan.stops.get(run).copied().unwrap_or(2_000) {
                if server.asked.len() != asked {
                    asked = server.asked.len();
                    plan.let_happen(&mut server, asked);
                }
                match running.next(&mut server, 1) {
                    Came::Stopped => {}
                    Came::Done(result) => {
                        ended = result.err();
                        break;
                    }
                    Came::Item(item) => {
                        prop_assert!(item.records.len() <= limit);
                        let whole = lengths(&server)[&item.commit_num];
                        prop_assert_eq!(i64::try_from(item.records.len()).unwrap(), whole);
                        match (before, start) {
                            (Some(before), _) => prop_assert_eq!(item.commit_num, before + 1),
                            // A stream without a record has no end to begin behind.
                            (None, StartPosition::Latest) => {
                                let latest = server.latest.unwrap_or(0);
                                prop_assert_eq!(item.commit_num, latest + 1);
                            }
                            // What is trimmed before it is asked for was never promised.
                            (None, _) => prop_assert!(
                                (horizon + 1..=server.trimmed + 1).contains(&item.commit_num)
                            ),
                        }
                        before = Some(item.commit_num);
                        items += 1;
                        if items % plan.kept_every == 0 {
                            kept = Some(item.checkpoint);
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
                    let commit = cause.place().commit_num;
                    prop_assert!(before.is_none_or(|before| commit == before + 1));
                    prop_assert!(lengths(&server)[&commit] > i64::try_from(limit).unwrap());
                    let named = format!("limit of {limit}");
                    prop_assert!(error.to_string().contains(&named), "{}", error);
                    limit = 1_000_000;
                }
                ChangesErrorKind::Expired => {
                    // Something of what was to come is gone, and it is told from where on.
                    prop_assert!(cause.place().commit_num <= server.trimmed);
                    kept = None;
                    begin = StartPosition::TrimHorizon;
                }
                other => prop_assert!(false, "{:?}", other),
            }
            // What was stopped by an error goes on.
            run = run.min(plan.stops.len());
        }
    }
}
