//! Stopped anywhere, it goes on from the last checkpoint: nothing is missed, and little comes again.

use neptunedata::{
    Changes, ChangesOptions, Checkpoint, GetSparqlStream, Input, Start, Transactions,
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
        ChangesOptions::new().page_limit(self.page_limit)
    }

    fn let_happen(&self, server: &mut Server, at: usize) {
        let instead: Option<Input> = match self.happens.get(at).unwrap_or(&Happens::Nothing) {
            Happens::Commit(length) => {
                server.commit(*length);
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

fn start(kept: Option<Checkpoint>) -> Start {
    kept.map_or(Start::TrimHorizon, Start::After)
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
}
