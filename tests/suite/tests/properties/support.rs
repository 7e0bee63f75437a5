//! Functions that all properties use.

use std::fmt::Debug;

use arbitrary::Unstructured;
use neptunedata::{Endpoint, Operation, testing::Answer};
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use serde::{Serialize, de::DeserializeOwned};

/// Everything that a request and an output of the service can do.
pub(crate) trait Shape:
    Arbitrary
    + for<'a> arbitrary::Arbitrary<'a>
    + Serialize
    + DeserializeOwned
    + Clone
    + PartialEq
    + Debug
    + 'static
{
}

impl<T> Shape for T where
    T: Arbitrary
        + for<'a> arbitrary::Arbitrary<'a>
        + Serialize
        + DeserializeOwned
        + Clone
        + PartialEq
        + Debug
        + 'static
{
}

pub(crate) trait Every: Operation<Output: Shape + Answer> + Shape {}

impl<O: Operation<Output: Shape + Answer> + Shape> Every for O {}

/// Something that is true of every operation.
pub(crate) trait Property {
    fn check<O: Every>();
}

pub(crate) fn check_every<P: Property>() {
    macro_rules! check {
        ($($operation:ty,)*) => {
            $(P::check::<$operation>();)*
        };
    }
    neptunedata::for_each_operation!(check);
    // Those that the service model does not have.
    check! {
        neptunedata::sparql::ExecuteSparqlQuery,
        neptunedata::sparql::ExecuteSparqlUpdate,
        neptunedata::sparql::ExecuteSparqlExplainQuery,
        neptunedata::sparql::ListSparqlQueries,
        neptunedata::sparql::GetSparqlQueryStatus,
        neptunedata::sparql::CancelSparqlQuery,
        neptunedata::sparql::GetGraph,
        neptunedata::sparql::PutGraph,
        neptunedata::sparql::PostGraph,
        neptunedata::sparql::DeleteGraph,
    }
}

pub(crate) fn endpoint() -> Endpoint {
    Endpoint::parse("http://localhost:8182").unwrap()
}

/// The property holds for made-up values, by proptest and by arbitrary.
#[track_caller]
pub(crate) fn holds<T>(name: &str, property: impl Fn(T) -> Result<(), TestCaseError>)
where
    T: Arbitrary + for<'a> arbitrary::Arbitrary<'a> + 'static,
{
    holds_for(name, any::<T>(), &property);
    let bytes = any::<[u8; 32]>().prop_flat_map(|start| {
        proptest::collection::vec(any::<u8>(), 0..600)
            .prop_map(move |rest| [&start[..], &rest].concat())
    });
    let drawn = bytes.prop_map(|bytes| Unstructured::new(&bytes).arbitrary::<T>().unwrap());
    holds_for(name, drawn, property);
}

#[track_caller]
pub(crate) fn holds_for<S: Strategy>(
    name: &str,
    strategy: S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(64)
    };
    if let Err(failure) = TestRunner::new(config).run(&strategy, property) {
        panic!("{name}: {failure}");
    }
}
