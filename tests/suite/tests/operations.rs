//! Every operation, over both drivers, to the emulator's server, which checks every signature.
//!
//! One table lists the calls and their expected results, by family; both drivers play it, each against its own
//! server.

#[path = "operations/cluster.rs"]
mod cluster;
#[path = "operations/jobs.rs"]
mod jobs;
#[path = "operations/play.rs"]
mod play;
#[path = "operations/queries.rs"]
mod queries;
#[path = "operations/steps.rs"]
mod steps;
#[path = "operations/system.rs"]
mod system;

use std::collections::BTreeSet;

use neptunedata::{
    ExceptionKind,
    catalog::{OPERATIONS, SPARQL_OPERATIONS},
};
use neptunedata_tests::client::Driver;
use neptunedata_tests::scenarios::Keys;

use crate::{play::Stage, steps::Step};

fn table() -> impl Iterator<Item = Step> {
    let steps = jobs::steps().into_iter().chain(queries::steps());
    steps.chain(system::steps())
}

/// All operations of botocore 1.44.5, and those of SPARQL. Steps for a newer operation may be added.
const COVERED: usize = 58;

/// The operations in the table.
fn names() -> BTreeSet<&'static str> {
    let in_table = table().filter_map(|step| match step {
        Step::Good { operation, .. } => Some(operation),
        _ => None,
    });
    let names: BTreeSet<_> = in_table.collect();
    assert!(names.len() >= COVERED, "{names:?}");
    let all = OPERATIONS.iter().chain(SPARQL_OPERATIONS);
    let all: BTreeSet<_> = all.map(|info| info.name).collect();
    assert!(names.is_subset(&all), "{names:?}");
    names
}

#[test]
fn every_operation_succeeds_and_is_rejected_over_both_drivers() {
    for driver in Driver::ALL {
        let mut stage = Stage::new(driver);
        for (number, step) in table().enumerate() {
            stage.play(number, step);
        }
        stage.finish();
        stage.server.with(|emulator| {
            let log = || emulator.log().iter();
            assert!(
                log().all(|entry| entry.signature == cluster::verified()),
                "{driver}"
            );
            let executed = log().filter(|entry| entry.executed);
            let executed: BTreeSet<_> = executed.filter_map(|entry| entry.operation).collect();
            assert_eq!(executed, names(), "{driver}");
            let refused = log().filter(|entry| !entry.executed);
            let refused: BTreeSet<_> = refused.filter_map(|entry| entry.operation).collect();
            assert_eq!(refused, names(), "{driver}");
        });
    }
}

#[test]
fn every_operation_rejects_unsigned_requests() {
    for driver in Driver::ALL {
        let server = cluster::server();
        let client = cluster::client(driver, &server, Keys::None);
        let mut tried = BTreeSet::new();
        for step in table() {
            let Step::Good {
                operation, input, ..
            } = step
            else {
                continue;
            };
            // Any id will do.
            let input = steps::filled(&input, "00000000-0000-4000-8000-000000000000");
            if !tried.insert(operation) {
                continue;
            }
            let error = play::call(&client, operation, &input).unwrap_err();
            let refusal = error
                .service()
                .unwrap_or_else(|| panic!("{operation}: {error}"));
            assert_eq!(
                refusal.kind,
                ExceptionKind::AccessDeniedException,
                "{driver}: {operation}"
            );
            assert_eq!(refusal.status, 403, "{driver}: {operation}");
        }
        assert_eq!(tried, names(), "{driver}");
        server.with(|emulator| {
            let asked: BTreeSet<_> = emulator
                .log()
                .iter()
                .filter_map(|it| it.operation)
                .collect();
            assert_eq!(asked, names(), "{driver}");
            assert!(
                emulator.log().iter().all(|entry| !entry.executed),
                "{driver}"
            );
        });
    }
}
