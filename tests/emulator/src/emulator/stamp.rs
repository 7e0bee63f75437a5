//! The headers that every response has: the date and the request id.

use std::time::SystemTime;

use http::{HeaderName, HeaderValue, header};

use crate::clock::{Calendar, shifted, unix_seconds};
use crate::plan::Date;
use crate::{Now, Outcome, Response};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// The last `date`, with its second since 1970. Most responses have the date of the response before, and formatting it
/// would be a tenth of the work for a request.
#[derive(Debug, Default)]
pub(super) struct LastDate(Option<(u64, HeaderValue)>);

impl LastDate {
    /// Adds the date and the request id, unless a planned response has its own.
    pub(super) fn stamp(&mut self, outcome: &mut Outcome, request_id: &str, now: Now, date: Date) {
        let Some(Response { head, .. }) = outcome.any_response_mut() else {
            return;
        };
        let date = match date {
            Date::True => self.at(now.wall),
            Date::Skewed { seconds, .. } => self.at(shifted(now.wall, seconds)),
            Date::Absent => None,
        };
        let request_id = HeaderValue::from_str(request_id).ok();
        for (name, value) in [(header::DATE, date), (REQUEST_ID, request_id)] {
            if let Some(value) = value {
                head.headers.entry(name).or_insert(value);
            }
        }
    }

    fn at(&mut self, wall: SystemTime) -> Option<HeaderValue> {
        let now = unix_seconds(wall);
        if let Some((second, date)) = &self.0
            && *second == now
        {
            return Some(date.clone());
        }
        let date = HeaderValue::from_str(&Calendar::of_seconds(now).http_date()).ok()?;
        self.0 = Some((now, date.clone()));
        Some(date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_with_the_second() {
        let mut last = LastDate::default();
        let mut at = |seconds| {
            let date = last.at(Now::at_unix(seconds).wall);
            date.map(|date| date.as_bytes().to_vec())
        };
        for seconds in [0, 0, 1, 1_440_938_160, 0] {
            let expected = Calendar::of_seconds(seconds).http_date();
            assert_eq!(at(seconds), Some(expected.into_bytes()));
        }
    }
}
