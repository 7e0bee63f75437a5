//! Every enum of the model is one of the client's, with the same values.

use std::collections::BTreeSet;

use neptunedata_tests::vectors::model::Model;

macro_rules! enums {
    ($($shape:literal = $name:ty,)*) => {
        /// The client's values of an enum of the model.
        fn ours(shape: &str) -> Option<BTreeSet<String>> {
            match shape {
                $($shape => Some(
                    <$name>::KNOWN
                        .iter()
                        .map(|value| value.as_str().to_owned())
                        .collect(),
                ),)*
                _ => None,
            }
        }
    };
}

enums! {
    "Action" = neptunedata::engine::FastResetAction,
    "Encoding" = neptunedata::streams::Encoding,
    "Format" = neptunedata::loader::LoadFormat,
    "OpenCypherExplainMode" = neptunedata::opencypher::OpenCypherExplainMode,
    "GraphSummaryType" = neptunedata::summary::GraphSummaryType,
    "IteratorType" = neptunedata::streams::IteratorType,
    "Mode" = neptunedata::loader::LoadMode,
    "Parallelism" = neptunedata::loader::LoadParallelism,
    "RebuildStatus" = neptunedata::index_rebuild::RebuildStatus,
    "Scope" = neptunedata::index_rebuild::RebuildScope,
    "StatisticsAutoGenerationMode" = neptunedata::statistics::StatisticsAutoGenerationMode,
    "WriteBufferSize" = neptunedata::index_rebuild::WriteBufferSize,
}

/// Enums that are plain text here, and why.
const OPEN: &[(&str, &str)] = &[(
    "S3BucketRegion",
    "the model's list of regions lags behind; any region is taken",
)];

#[test]
fn enums_have_the_values_of_the_model() {
    let model = Model::load().unwrap();
    for (shape, theirs) in model.shapes() {
        if theirs.values.is_empty() || OPEN.iter().any(|(name, _)| *name == shape) {
            continue;
        }
        let ours = ours(shape).unwrap_or_else(|| panic!("{shape} has no enum here"));
        assert_eq!(ours, theirs.values.iter().cloned().collect(), "{shape}");
    }
}
