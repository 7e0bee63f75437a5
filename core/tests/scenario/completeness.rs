//! No row of the retry table and no exception is forgotten here.

use std::collections::BTreeSet;

use neptunedata::{ExceptionKind, retry::RetryClass};

use crate::{bodies, exceptions, once, transport};

#[test]
fn every_class_has_rows() {
    let mut rows = [transport::rows(), bodies::rows(), once::rows()].concat();
    rows.extend(exceptions::unmodelled());
    rows.extend(exceptions::modelled().into_iter().map(|(_, row)| row));
    let seen: Vec<RetryClass> = rows.iter().filter_map(|row| row.class).collect();
    for class in RetryClass::ALL {
        assert!(seen.contains(&class), "no row is about {class:?}");
    }
    assert_eq!(RetryClass::ALL.len(), 9);
}

#[test]
fn every_exception_has_a_row() {
    let seen: BTreeSet<ExceptionKind> = exceptions::modelled()
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    for kind in ExceptionKind::ALL {
        assert!(seen.contains(kind), "no row is about {kind}");
    }
    assert_eq!((seen.len(), ExceptionKind::ALL.len()), (37, 37));
}
