//! Times in responses.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::timestamp::Moment;

/// A time in a response, as text.
///
/// A time in a known format is kept as RFC 3339 in UTC. The known formats are RFC 3339 with any offset,
/// seconds since 1970 and, as before engine 1.2.1.0, RFC 3339 without seconds
/// ([M26](crate::wire_notes#m26)). Any other text is kept as received.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use neptunedata::types::Timestamp;
///
/// assert_eq!(Timestamp::from("2020-05-07T23:13Z").as_str(), "2020-05-07T23:13:00Z");
/// assert_eq!(Timestamp::from("1662131463").as_str(), "2022-09-02T15:11:03Z");
///
/// let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_674_521_263_319);
/// assert_eq!(Timestamp::from("2023-01-24T00:47:43.319Z").system_time(), Some(time));
/// assert_eq!(Timestamp::from("yesterday").system_time(), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Timestamp(String);

impl Timestamp {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The time; `None` if the text is not in a known format.
    pub fn system_time(&self) -> Option<SystemTime> {
        Moment::parse(&self.0)?.system_time()
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        let without_seconds = || {
            let (minute, offset) = text.split_at_checked(16)?;
            Moment::parse(&format!("{minute}:00{offset}"))
        };
        let moment = Moment::parse(text)
            .or_else(without_seconds)
            .or_else(|| Moment::parse_seconds(text));
        Timestamp(moment.map_or_else(|| text.to_owned(), |moment| moment.to_string()))
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Timestamp::from(text.as_str())
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> String {
        timestamp.0
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
