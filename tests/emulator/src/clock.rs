//! The time of a call, and the formats in which HTTP and Neptune write times.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::{Date, Month, Time, UtcDateTime};

/// The last second whose year has four digits.
const LAST_SECOND: u64 = 253_402_300_799;

/// The time of an event, given by the caller. The emulator itself reads no clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The calendar time. It is used to check signatures and to date responses.
    pub wall: SystemTime,
    /// The time since a fixed moment. Only this clock advances jobs.
    pub mono: Duration,
}

impl Now {
    /// The time by both clocks.
    #[must_use]
    pub fn new(wall: SystemTime, mono: Duration) -> Self {
        Self { wall, mono }
    }

    /// The moment `seconds` after 1970-01-01T00:00:00Z, with the monotonic clock at zero.
    #[must_use]
    pub fn at_unix(seconds: u64) -> Self {
        Self::new(after_epoch(seconds.min(LAST_SECOND)), Duration::ZERO)
    }

    /// The time after this duration, on both clocks. If a clock overflows, the calendar time stays unchanged,
    /// and the monotonic time is the maximum.
    #[must_use]
    pub fn later(self, by: Duration) -> Self {
        Self {
            wall: self.wall.checked_add(by).unwrap_or(self.wall),
            mono: self.mono.saturating_add(by),
        }
    }
}

fn after_epoch(seconds: u64) -> SystemTime {
    UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))
        .unwrap_or(UNIX_EPOCH)
}

/// The time so many seconds later (or earlier, if negative); unchanged if that time cannot be represented.
pub(crate) fn shifted(wall: SystemTime, seconds: i64) -> SystemTime {
    let by = Duration::from_secs(seconds.unsigned_abs());
    let there = if seconds < 0 {
        wall.checked_sub(by)
    } else {
        wall.checked_add(by)
    };
    there.unwrap_or(wall)
}

/// Whole seconds since 1970; zero for times before.
pub(crate) fn unix_seconds(wall: SystemTime) -> u64 {
    wall.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

/// Milliseconds since 1970; zero for times before.
pub(crate) fn unix_millis(wall: SystemTime) -> u64 {
    let since = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// `2023-01-24T00:47:43.319Z`, the format in JSON bodies; like Java, without a fraction that is zero.
pub(crate) fn iso(wall: SystemTime) -> String {
    let calendar = Calendar::of(wall);
    let millis = match unix_millis(wall) % 1000 {
        millis if millis > 0 && unix_millis(wall) / 1000 == calendar.seconds() => {
            format!(".{millis:03}")
        }
        _ => String::new(),
    };
    calendar.written(&format!("%Y-%m-%dT%H:%M:%S{millis}Z"))
}

/// A second of the years 1970 to 9999, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Calendar(UtcDateTime);

impl Calendar {
    /// The second that contains `wall`, clamped to the range.
    pub(crate) fn of(wall: SystemTime) -> Self {
        Self::of_seconds(unix_seconds(wall))
    }

    pub(crate) fn of_seconds(seconds: u64) -> Self {
        let seconds = i64::try_from(seconds.min(LAST_SECOND)).unwrap_or_default();
        Self(UtcDateTime::from_unix_timestamp(seconds).unwrap_or(UtcDateTime::UNIX_EPOCH))
    }

    /// Parses `YYYYMMDDTHHMMSSZ`. `None` for dates that do not exist.
    pub(crate) fn parse_basic(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let is_number = |text: &str, digits| {
            text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number(date, 8) || !is_number(time, 6) {
            return None;
        }
        let number = |text: &str, at: usize| text.get(at..at + 2)?.parse::<u8>().ok();
        let month = Month::try_from(number(date, 4)?).ok()?;
        let year = date.get(..4)?.parse().ok()?;
        let day = Date::from_calendar_date(year, month, number(date, 6)?).ok()?;
        let time = Time::from_hms(number(time, 0)?, number(time, 2)?, number(time, 4)?).ok()?;
        (year >= 1970).then_some(Self(UtcDateTime::new(day, time)))
    }

    pub(crate) fn seconds(self) -> u64 {
        u64::try_from(self.0.unix_timestamp()).unwrap_or_default()
    }

    /// Year, month and day.
    pub(crate) fn date(self) -> (i32, u8, u8) {
        (self.0.year(), u8::from(self.0.month()), self.0.day())
    }

    /// Replaces the signs of `strftime` in a pattern: `%Y`, `%m`, `%d`, `%H`, `%M`, `%S`, and `%a` and `%b` for the
    /// names of weekday and month in three letters.
    fn written(self, pattern: &str) -> String {
        let (hour, minute, second) = self.0.as_hms();
        let (year, month, day) = self.date();
        let mut text = String::with_capacity(32);
        let mut parts = pattern.split('%');
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let mut rest = part.chars();
            // Writing to a string cannot fail.
            let _ = match rest.next() {
                Some('Y') => write!(text, "{year:04}"),
                Some('m') => write!(text, "{month:02}"),
                Some('d') => write!(text, "{day:02}"),
                Some('H') => write!(text, "{hour:02}"),
                Some('M') => write!(text, "{minute:02}"),
                Some('S') => write!(text, "{second:02}"),
                Some('a') => write!(text, "{:.3}", self.0.weekday()),
                Some('b') => write!(text, "{:.3}", self.0.month()),
                _ => Ok(()),
            };
            text.push_str(rest.as_str());
        }
        text
    }

    /// `20240101T000500Z`, the format in signatures.
    pub(crate) fn basic(self) -> String {
        self.written("%Y%m%dT%H%M%SZ")
    }

    /// `2020-05-07T23:13Z`, the format of the dates of statistics in old engines (M26).
    pub(crate) fn minutes(self) -> String {
        self.written("%Y-%m-%dT%H:%MZ")
    }

    /// `Mon, 01 Jan 2024 00:05:00 GMT`, the format of the `Date` header.
    pub(crate) fn http_date(self) -> String {
        self.written("%a, %d %b %Y %H:%M:%S GMT")
    }

    /// `Mon Jan 01 00:05:00 UTC 2024`, the format of Java and of Neptune's status.
    pub(crate) fn java_date(self) -> String {
        self.written("%a %b %d %H:%M:%S UTC %Y")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms() {
        let moment = Calendar::of_seconds(1_440_938_160);
        assert_eq!(moment.basic(), "20150830T123600Z");
        assert_eq!(moment.http_date(), "Sun, 30 Aug 2015 12:36:00 GMT");
        assert_eq!(moment.java_date(), "Sun Aug 30 12:36:00 UTC 2015");
        assert_eq!(moment.minutes(), "2015-08-30T12:36Z");
        let moment = UNIX_EPOCH + Duration::from_millis(1_674_521_263_319);
        assert_eq!(iso(moment), "2023-01-24T00:47:43.319Z");
        assert_eq!(
            iso(UNIX_EPOCH - Duration::from_millis(1)),
            "1970-01-01T00:00:00Z"
        );
    }

    #[test]
    fn basic_form_is_read_back() {
        for seconds in [
            0,
            951_782_399,
            951_782_400,
            951_868_800,
            1_440_938_160,
            4_107_542_400,
            LAST_SECOND,
        ] {
            let text = Calendar::of_seconds(seconds).basic();
            let read = Calendar::parse_basic(&text);
            assert_eq!(read.map(Calendar::seconds), Some(seconds), "{text}");
        }
        for text in [
            "",
            "20150830T123600",
            "20150230T000000Z",
            "20150830T240000Z",
            "2015083\u{e9}123600Z",
            "+0150830T123600Z",
        ] {
            assert_eq!(Calendar::parse_basic(text), None, "{text}");
        }
    }

    #[test]
    fn times_out_of_range_stay_in_it() {
        let before = Calendar::of(UNIX_EPOCH - Duration::from_secs(5));
        assert_eq!(before.http_date(), "Thu, 01 Jan 1970 00:00:00 GMT");
        let last = Calendar::of_seconds(u64::MAX);
        assert_eq!(last.http_date(), "Fri, 31 Dec 9999 23:59:59 GMT");
        let latest = Now::at_unix(u64::MAX).later(Duration::MAX);
        assert_eq!(latest.mono, Duration::MAX);
    }
}
