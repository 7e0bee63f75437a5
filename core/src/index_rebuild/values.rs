//! Values that several operations on index rebuilds use.

open_enum! {
    /// The status of an index rebuild.
    ///
    /// An unknown status is kept as received, and is not terminal.
    RebuildStatus {
        /// It is being prepared.
        Preparing = "PREPARING",
        /// It is running.
        Rebuilding = "REBUILDING",
        /// It ended successfully.
        Completed = "COMPLETED",
        /// It failed.
        Failed = "FAILED",
        /// It was cancelled.
        Cancelled = "CANCELLED",
        /// It is being cancelled.
        Cancelling = "CANCELLING",
    }
}

impl RebuildStatus {
    /// Whether the rebuild has ended, successfully or not.
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            RebuildStatus::Completed | RebuildStatus::Failed | RebuildStatus::Cancelled
        )
    }
}

open_enum! {
    /// The scope of an index rebuild.
    RebuildScope {
        /// Indexes and dictionaries, the service's default.
        All = "ALL",
        /// The indexes of the data.
        Quads = "QUADS",
        /// The dictionaries of values.
        Dictionaries = "DICTIONARIES",
    }
}

open_enum! {
    /// The size of the write buffer of an index rebuild.
    WriteBufferSize {
        /// Small, the service's default.
        Low = "LOW",
        /// Medium.
        Medium = "MEDIUM",
        /// Large.
        High = "HIGH",
    }
}
