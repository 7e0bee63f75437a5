//! The configuration of an emulated cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use self::queries::QuerySettings;
use self::streams::StreamSettings;
use crate::operations::ml::job::MlKind;

mod families;
pub(crate) mod queries;
pub(crate) mod streams;

/// The configuration of an emulated cluster. [`Config::default`] is a healthy writer without IAM authentication that
/// accepts any well-formed request. Each setter changes one property.
///
/// ```
/// use neptunedata_emulator::{Config, Role};
///
/// let config = Config::default()
///     .role(Role::Reader)
///     .iam("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-west-1");
/// # let _ = config;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub struct Config {
    pub(crate) seed: u64,
    pub(crate) log_limit: usize,
    pub(crate) fault_header: bool,
    pub(crate) region: String,
    pub(crate) iam: bool,
    pub(crate) identities: Vec<Identity>,
    pub(crate) role: Role,
    pub(crate) healthy: bool,
    pub(crate) engine_version: String,
    pub(crate) started: SystemTime,
    pub(crate) message_member: bool,
    pub(crate) roles_required: bool,
    pub(crate) empty_cancel_response: bool,
    pub(crate) ml_durations: BTreeMap<MlKind, Duration>,
    pub(crate) failing_ml: BTreeMap<(MlKind, String), String>,
    pub(crate) data_processing_jobs: Option<BTreeSet<String>>,
    pub(crate) check_ml_jobs: bool,
    pub(crate) load_duration: Duration,
    #[cfg(feature = "engine")]
    pub(crate) s3: Vec<crate::operations::loader::files::storage::Mapping>,
    pub(crate) unknown_load_is_bad_request: bool,
    pub(crate) restart_duration: Duration,
    pub(crate) queries: QuerySettings,
    pub(crate) streams: StreamSettings,
    pub(crate) statistics_duration: Duration,
    pub(crate) statistics_disabled: bool,
    pub(crate) statistics_need_content_type: bool,
    pub(crate) rebuild_duration: Duration,
    pub(crate) vcpus: u32,
    pub(crate) features: Map<String, Value>,
    pub(crate) settings: Map<String, Value>,
    pub(crate) serverless: Option<(String, String)>,
    pub(crate) rolling_back: Option<(u32, SystemTime)>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 0,
            log_limit: usize::MAX,
            fault_header: false,
            region: "us-east-1".to_owned(),
            iam: false,
            identities: Vec::new(),
            role: Role::Writer,
            healthy: true,
            engine_version: "1.4.6.0.R1".to_owned(),
            // Sun Aug 10 06:54:15 UTC 2025, the time in AWS's own example.
            started: UNIX_EPOCH + Duration::from_secs(1_754_808_855),
            message_member: true,
            roles_required: false,
            empty_cancel_response: false,
            ml_durations: BTreeMap::new(),
            failing_ml: BTreeMap::new(),
            data_processing_jobs: None,
            check_ml_jobs: false,
            load_duration: Duration::from_secs(10),
            #[cfg(feature = "engine")]
            s3: Vec::new(),
            unknown_load_is_bad_request: false,
            restart_duration: Duration::from_secs(5),
            queries: QuerySettings::default(),
            streams: StreamSettings::default(),
            statistics_duration: Duration::from_secs(10),
            statistics_disabled: false,
            statistics_need_content_type: false,
            rebuild_duration: Duration::from_secs(10),
            vcpus: 4,
            features: Map::new(),
            settings: Map::new(),
            serverless: None,
            rolling_back: None,
        }
    }
}

setters! {
    Config;

    /// The seed of generated ids. The same seed and the same requests give the same responses. Default: 0.
    seed(seed: u64) => seed = seed;

    /// How many requests the log keeps. Older entries are dropped, but are still counted. Default: all.
    log_limit(entries: usize) => log_limit = entries;

    /// Whether a request may select its own fault with the header `x-neptune-fault`. Default: false, so that clients
    /// cannot change the behavior of the cluster.
    fault_header(enabled: bool) => fault_header = enabled;
}

impl Config {
    /// Enables IAM authentication with one pair of long-term keys in this region. To accept more keys, call
    /// this method again, or [`identity`](Self::identity). The last region is used.
    pub fn iam(
        self,
        access_key: impl Into<String>,
        secret_key: impl Into<String>,
        region: impl Into<String>,
    ) -> Self {
        self.identity(Identity::new(access_key, secret_key))
            .region(region)
    }

    /// Enables IAM authentication and accepts this identity.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.iam = true;
        self.identities.push(identity);
        self
    }
}

setters! {
    Config;

    /// The region of the cluster. Signatures must have this region, and ARNs contain it. Default: `us-east-1`.
    region(region: impl Into<String>) => region = region.into();

    /// The role of the instance that responds. Default: the writer.
    role(role: Role) => role = role;

    /// Whether the engine status is `healthy` rather than `recovery`. Default: true.
    healthy(healthy: bool) => healthy = healthy;

    /// The engine version, which the engine status reports. Some responses depend on it: an openCypher response reports
    /// a failure after the first bytes only since 1.4.5.0, and summaries and the current format of statistics exist
    /// only since 1.2.1.0. A version that cannot be parsed counts as the newest. Default: `1.4.6.0.R1`.
    engine_version(version: impl Into<String>) => engine_version = version.into();

    /// The start time that the engine status reports. Default: 2025-08-10T06:54:15Z.
    started(started: SystemTime) => started = started;

    /// Whether error bodies also have the text as `message`, as in engines since 1.4.5.0. Default: true.
    message_member(present: bool) => message_member = present;
}

impl Config {
    /// Whether the engine is older than this version. A version that cannot be parsed counts as the newest.
    pub(crate) fn is_older_than(&self, version: [u32; 4]) -> bool {
        let own = self.engine_version.trim_start_matches("Patch-");
        let own: Option<Vec<u32>> = own
            .split('.')
            .take(4)
            .map(|part| part.parse().ok())
            .collect();
        own.is_some_and(|own| own.as_slice() < version.as_slice())
    }
}

/// The role of the instance that responds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The instance that accepts writes.
    Writer,
    /// A read replica, which refuses writes.
    Reader,
}

impl Role {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Reader => "reader",
        }
    }
}

/// A pair of keys that the cluster accepts, with the session token if they are temporary.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Identity {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) session_token: Option<String>,
    pub(crate) expired: bool,
}

impl Identity {
    /// Long-term keys.
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self {
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            session_token: None,
            expired: false,
        }
    }
}

setters! {
    Identity;

    /// Makes the keys temporary: requests must carry and sign this token.
    session_token(token: impl Into<String>) => session_token = Some(token.into());

    /// Whether the keys have expired, so that the cluster refuses them as expired. Default: false.
    expired(expired: bool) => expired = expired;
}

/// Shows the access key and no secret.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("access_key", &self.access_key)
            .field("temporary", &self.session_token.is_some())
            .field("expired", &self.expired)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_secrets() {
        let config = Config::default()
            .iam("AKIDEXAMPLE", "the-secret", "eu-west-1")
            .identity(Identity::new("ASIA", "other-secret").session_token("the-token"));
        let shown = format!("{config:?}");
        assert!(shown.contains("AKIDEXAMPLE") && shown.contains("eu-west-1"));
        assert!(
            !shown.contains("secret\"") && !shown.contains("the-token"),
            "{shown}"
        );
    }
}
