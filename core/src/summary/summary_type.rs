//! What the summary operations share.

open_enum! {
    /// How much a summary tells.
    GraphSummaryType {
        /// Counts, labels and properties, the service's default.
        Basic = "basic",
        /// Structures too.
        Detailed = "detailed",
    }
}
