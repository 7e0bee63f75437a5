//! Values that several operations on statistics use.

use crate::types::Timestamp;

open_enum! {
    /// What to do with the statistics.
    StatisticsAutoGenerationMode {
        /// Disables their automatic computation.
        DisableAutoCompute = "disableAutoCompute",
        /// Enables their automatic computation, the default of a cluster.
        EnableAutoCompute = "enableAutoCompute",
        /// Computes statistics now.
        Refresh = "refresh",
    }
}

structure! {
    /// The state of the statistics.
    pub struct Statistics {
        /// Whether they are computed automatically.
        pub auto_compute: Option<bool>,
        /// Whether the engine uses the statistics.
        pub active: Option<bool>,
        /// Their id: milliseconds since 1970, or -1 if there are no statistics; a JSON number on the wire
        /// ([M25](crate::wire_notes#m25)).
        pub statistics_id: Option<String>,
        /// When they were computed ([M26](crate::wire_notes#m26)); `None` if there are no statistics
        /// ([M27](crate::wire_notes#m27)).
        pub date: Option<Timestamp>,
        /// A note about a problem, if there is one ([M27](crate::wire_notes#m27)).
        pub note: Option<String>,
        /// The size of the statistics. Engines before 1.2.1.0 call the member `summary`
        /// ([M26](crate::wire_notes#m26)); `None` if there are no statistics ([M27](crate::wire_notes#m27)).
        #[serde(alias = "summary")]
        pub signature_info: Option<StatisticsSummary>,
    }

    /// The size of statistics.
    pub struct StatisticsSummary {
        /// The number of characteristic sets: sets of predicates that subjects have in common.
        pub signature_count: Option<i64>,
        /// The number of subjects with a characteristic set.
        pub instance_count: Option<i64>,
        /// The number of distinct predicates.
        pub predicate_count: Option<i64>,
    }

    /// The statistics being computed.
    pub struct RefreshStatisticsIdMap {
        /// Their id; a JSON number on the wire ([M25](crate::wire_notes#m25)).
        pub statistics_id: Option<String>,
    }

    /// The state of the statistics after their deletion.
    pub struct DeleteStatisticsValueMap {
        /// Whether the engine uses statistics.
        pub active: Option<bool>,
        /// Their id, which is -1 because there are no statistics; a JSON number on the wire
        /// ([M25](crate::wire_notes#m25)).
        pub statistics_id: Option<String>,
    }
}
