//! What the statistics operations share.

use serde::{Deserialize, Serialize};

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

/// The statistics that there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Statistics {
    /// Whether they are computed without being asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_compute: Option<bool>,
    /// Whether the engine uses them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Their id: milliseconds since 1970, or -1 when there are none; a number on the wire (`M25`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistics_id: Option<String>,
    /// When they were computed (`M26`); not there when there are none (`M27`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Timestamp>,
    /// What is wrong, if something is (`M27`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What they are about. Engines before 1.2.1.0 call it `summary` (`M26`); not there when there are
    /// no statistics (`M27`).
    #[serde(alias = "summary", skip_serializing_if = "Option::is_none")]
    pub signature_info: Option<StatisticsSummary>,
}

arbitrary!(Statistics => auto_compute, active, statistics_id, date, note, signature_info);

/// What statistics are about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StatisticsSummary {
    /// How many characteristic sets there are: sets of predicates that subjects have in common.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature_count: Option<i64>,
    /// How many subjects have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_count: Option<i64>,
    /// How many predicates there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicate_count: Option<i64>,
}

arbitrary!(StatisticsSummary => signature_count, instance_count, predicate_count);

/// The statistics that are being computed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RefreshStatisticsIdMap {
    /// Their id; a number on the wire (`M25`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistics_id: Option<String>,
}

arbitrary!(RefreshStatisticsIdMap => statistics_id);

/// What is left after deleting statistics.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeleteStatisticsValueMap {
    /// Whether there are statistics that the engine uses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Their id, -1 as there are none; a number on the wire (`M25`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistics_id: Option<String>,
}

arbitrary!(DeleteStatisticsValueMap => active, statistics_id);
