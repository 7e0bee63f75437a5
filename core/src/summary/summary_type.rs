//! The mode of summaries.

open_enum! {
    /// How detailed a summary is.
    GraphSummaryType {
        /// Counts, labels and properties, the service's default.
        Basic = "basic",
        /// The same as basic, and the structures of nodes and edges, or of subjects.
        Detailed = "detailed",
    }
}
