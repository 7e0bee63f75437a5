//! The arbitrary values include bounds, unknown values of enums, and text that must be escaped.

use std::{cell::RefCell, collections::BTreeSet};

use neptunedata::{
    loader::{GetLoaderJobStatus, ListLoaderJobs, LoadFormat, StartLoaderJob},
    ml::{ListMlEndpoints, MlJobStatus},
    testing::NetworkOutcome,
    types::Timestamp,
};
use proptest::prelude::*;

use crate::support::*;

#[test]
fn numbers_keep_to_their_bounds_and_reach_them() {
    let seen = RefCell::new(BTreeSet::new());
    holds::<ListLoaderJobs>("limit", |list| {
        prop_assert!(list.limit.is_none_or(|limit| (1..=100).contains(&limit)));
        seen.borrow_mut().insert(list.limit);
        Ok(())
    });
    holds::<ListMlEndpoints>("maxItems", |list| {
        prop_assert!(list.max_items.is_none_or(|max| (1..=1024).contains(&max)));
        Ok(())
    });
    let seen = seen.into_inner();
    for edge in [None, Some(1), Some(100)] {
        assert!(seen.contains(&edge), "{edge:?}");
    }
    assert!(seen.len() > 5, "{seen:?}");
}

#[test]
fn labels_are_never_empty_and_hold_anything() {
    let seen = RefCell::new(String::new());
    for _ in 0..8 {
        holds::<GetLoaderJobStatus>("loadId", |get| {
            prop_assert!(!["", ".", ".."].contains(&&*get.load_id));
            seen.borrow_mut().push_str(&get.load_id);
            Ok(())
        });
    }
    let seen = seen.into_inner();
    for character in ['/', '%', '?', ' ', '漢', 'a'] {
        assert!(seen.contains(character), "{character}");
    }
}

#[test]
fn open_enums_are_open() {
    let seen = RefCell::new(BTreeSet::new());
    for _ in 0..4 {
        holds::<MlJobStatus>("a status", |status| {
            seen.borrow_mut().insert(status);
            Ok(())
        });
        holds::<StartLoaderJob>("a format", |start| {
            prop_assert_eq!(LoadFormat::from(start.format.as_str()), start.format);
            Ok(())
        });
    }
    let seen = seen.into_inner();
    assert!(MlJobStatus::KNOWN.iter().all(|known| seen.contains(known)));
    assert!(seen.len() > MlJobStatus::KNOWN.len(), "{seen:?}");
}

#[test]
fn most_timestamps_are_valid() {
    let counts = RefCell::new((0, 0));
    holds::<Timestamp>("a time", |time| {
        let mut counts = counts.borrow_mut();
        counts.0 += i32::from(time.system_time().is_some());
        counts.1 += 1;
        Ok(())
    });
    let (times, all) = counts.into_inner();
    assert!(times > all / 2 && times < all, "{times} of {all}");
}

#[test]
fn networks_produce_every_outcome() {
    let seen = RefCell::new(BTreeSet::new());
    for _ in 0..8 {
        holds::<NetworkOutcome>("a delivery", |delivery| {
            let text = format!("{delivery:?}");
            let name = text.split([' ', '(']).next().unwrap().to_owned();
            seen.borrow_mut()
                .insert((name, delivery.reaches_the_server()));
            Ok(())
        });
    }
    let expected = [
        ("Arrives", true),
        ("Cut", true),
        ("Intercepted", false),
        ("Lost", false),
        ("Silent", true),
        ("Stale", false),
        ("Unanswered", true),
        ("Unreachable", false),
    ];
    let expected = expected.map(|(name, reaches)| (name.to_owned(), reaches));
    assert_eq!(seen.into_inner(), BTreeSet::from(expected));
}

/// What fails is made simple before it is shown.
#[test]
fn failures_shrink() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let result = runner.run(&any::<StartLoaderJob>(), |start| {
        prop_assert!(start.dependencies.is_none());
        Ok(())
    });
    let Err(proptest::test_runner::TestError::Fail(_, simplest)) = result else {
        panic!("{result:?}");
    };
    assert_eq!(simplest.dependencies, Some(Vec::new()));
    assert_eq!(simplest.source.as_str(), "");
    assert_eq!(simplest.mode, None);
    assert_eq!(simplest.parser_configuration, None);
}
