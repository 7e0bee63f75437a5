//! What the statistics operations share.

use crate::types::Timestamp;

open_enum! {
    /// What to do about statistics.
    StatisticsAutoGenerationMode {
        /// Stops computing them by itself.
        DisableAutoCompute = "disableAutoCompute",
        /// Computes them by itself, which is the default of a cluster.
        EnableAutoCompute = "enableAutoCompute",
        /// Computes them now.
        Refresh = "refresh",
    }
}

structure! {
    /// The statistics that there are.
    pub struct Statistics {
        /// Whether they are computed without being asked for.
        pub auto_compute: Option<bool>,
        /// Whether the engine uses them.
        pub active: Option<bool>,
        /// Their id: milliseconds since 1970, or -1 when there are none; a number on the wire ([M25](crate::wire_notes#m25)).
        pub statistics_id: Option<String>,
        /// When they were computed ([M26](crate::wire_notes#m26)); not there when there are none ([M27](crate::wire_notes#m27)).
        pub date: Option<Timestamp>,
        /// What is wrong, if something is ([M27](crate::wire_notes#m27)).
        pub note: Option<String>,
        /// What they are about. Engines before 1.2.1.0 call it `summary` ([M26](crate::wire_notes#m26)); not there when there are
        /// no statistics ([M27](crate::wire_notes#m27)).
        #[serde(alias = "summary")]
        pub signature_info: Option<StatisticsSummary>,
    }

    /// What statistics are about.
    pub struct StatisticsSummary {
        /// How many characteristic sets there are: sets of predicates that subjects have in common.
        pub signature_count: Option<i64>,
        /// How many subjects have one.
        pub instance_count: Option<i64>,
        /// How many predicates there are.
        pub predicate_count: Option<i64>,
    }

    /// The statistics that are being computed.
    pub struct RefreshStatisticsIdMap {
        /// Their id; a number on the wire ([M25](crate::wire_notes#m25)).
        pub statistics_id: Option<String>,
    }

    /// What is left after deleting statistics.
    pub struct DeleteStatisticsValueMap {
        /// Whether there are statistics that the engine uses.
        pub active: Option<bool>,
        /// Their id, -1 as there are none; a number on the wire ([M25](crate::wire_notes#m25)).
        pub statistics_id: Option<String>,
    }
}
