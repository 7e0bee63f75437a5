//! What the operations on index rebuilds share.

open_enum! {
    /// How far an index rebuild is.
    ///
    /// A status that is not here is kept as it came, and is not terminal.
    RebuildStatus {
        /// It gets ready.
        Preparing = "PREPARING",
        /// It runs.
        Rebuilding = "REBUILDING",
        /// It ended well.
        Completed = "COMPLETED",
        /// It ended badly.
        Failed = "FAILED",
        /// It was cancelled.
        Cancelled = "CANCELLED",
        /// It is being cancelled.
        Cancelling = "CANCELLING",
    }
}

impl RebuildStatus {
    /// Whether the rebuild has ended, well or not.
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            RebuildStatus::Completed | RebuildStatus::Failed | RebuildStatus::Cancelled
        )
    }
}

open_enum! {
    /// What an index rebuild is about.
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
    /// How much memory an index rebuild uses for what it writes.
    WriteBufferSize {
        /// Little, the service's default.
        Low = "LOW",
        /// More.
        Medium = "MEDIUM",
        /// Much.
        High = "HIGH",
    }
}
