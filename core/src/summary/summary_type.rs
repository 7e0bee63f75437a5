//! The mode of summaries.

open_enum! {
    /// How detailed a summary is.
    GraphSummaryType {
        /// Counts, labels and properties, the service's default.
        Basic = "basic",
        /// Structures as well.
        Detailed = "detailed",
    }
}
