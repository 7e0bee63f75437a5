//! The time of a call, and the formats in which HTTP and Neptune write times.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

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

    /// The moment `by` later, by both clocks. On overflow, the calendar time stays unchanged and the monotonic time at
    /// its maximum.
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

/// Milliseconds since 1970; zero for times before.
pub(crate) fn unix_millis(wall: SystemTime) -> u64 {
    let since = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// `2023-01-24T00:47:43.319Z`, the format in JSON bodies; like Java, without a fraction that is zero.
pub(crate) fn iso(wall: SystemTime) -> String {
    let calendar = Calendar::of(wall);
    let (hour, minute, second) = calendar.time_of_day();
    let millis = match unix_millis(wall) % 1000 {
        millis if millis > 0 && unix_millis(wall) / 1000 == calendar.seconds => {
            format!(".{millis:03}")
        }
        _ => String::new(),
    };
    format!(
        "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}{millis}Z",
        calendar.year, calendar.month, calendar.day
    )
}

/// A second of the years 1970 to 9999 in UTC, as calendar fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Calendar {
    seconds: u64,
    year: u64,
    month: u64,
    day: u64,
}

impl Calendar {
    /// The second that contains `wall`, clamped to the range.
    pub(crate) fn of(wall: SystemTime) -> Self {
        Self::of_seconds(unix_millis(wall) / 1000)
    }

    pub(crate) fn of_seconds(seconds: u64) -> Self {
        let seconds = seconds.min(LAST_SECOND);
        // Howard Hinnant's civil_from_days, for days that are never negative.
        let days = seconds / 86_400 + 719_468;
        let era = days / 146_097;
        let day_of_era = days % 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        Self {
            seconds,
            year: era * 400 + year_of_era + u64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted + 2) / 5 + 1,
        }
    }

    /// Parses `YYYYMMDDTHHMMSSZ`. `None` for dates that do not exist.
    pub(crate) fn parse_basic(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            if !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            digits.parse::<u64>().ok()
        };
        if text.len() != 16 || text.get(8..9)? != "T" || text.get(15..)? != "Z" {
            return None;
        }
        let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
        let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
        if year < 1970
            || !(1..=12).contains(&month)
            || day == 0
            || hour > 23
            || minute > 59
            || second > 59
        {
            return None;
        }
        let shifted_year = if month <= 2 { year - 1 } else { year };
        let era = shifted_year / 400;
        let year_of_era = shifted_year % 400;
        let shifted = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * shifted + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = (era * 146_097 + day_of_era).checked_sub(719_468)?;
        let parsed = Self::of_seconds(days * 86_400 + hour * 3_600 + minute * 60 + second);
        (parsed.basic() == text).then_some(parsed)
    }

    pub(crate) fn seconds(self) -> u64 {
        self.seconds
    }

    /// Year, month and day, in the types that certificates need.
    #[cfg(feature = "tls")]
    pub(crate) fn date(self) -> (i32, u8, u8) {
        (
            i32::try_from(self.year).unwrap_or(9999),
            u8::try_from(self.month).unwrap_or(1),
            u8::try_from(self.day).unwrap_or(1),
        )
    }

    fn time_of_day(self) -> (u64, u64, u64) {
        (
            self.seconds / 3_600 % 24,
            self.seconds / 60 % 60,
            self.seconds % 60,
        )
    }

    fn weekday(self) -> &'static str {
        const NAMES: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        NAMES
            .iter()
            .cycle()
            .nth((self.seconds / 86_400 % 7) as usize)
            .copied()
            .unwrap_or("Thu")
    }

    fn month_name(self) -> &'static str {
        const NAMES: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        NAMES
            .get(self.month.saturating_sub(1) as usize)
            .copied()
            .unwrap_or("Jan")
    }

    /// `20240101T000500Z`, the format in signatures.
    pub(crate) fn basic(self) -> String {
        let (hour, minute, second) = self.time_of_day();
        format!(
            "{:04}{:02}{:02}T{hour:02}{minute:02}{second:02}Z",
            self.year, self.month, self.day
        )
    }

    /// `2020-05-07T23:13Z`, the format of the dates of statistics in old engines (M26).
    pub(crate) fn minutes(self) -> String {
        let (hour, minute, _) = self.time_of_day();
        format!(
            "{:04}-{:02}-{:02}T{hour:02}:{minute:02}Z",
            self.year, self.month, self.day
        )
    }

    /// `Mon, 01 Jan 2024 00:05:00 GMT`, the format of the `Date` header.
    pub(crate) fn http_date(self) -> String {
        let (hour, minute, second) = self.time_of_day();
        let (weekday, month) = (self.weekday(), self.month_name());
        format!(
            "{weekday}, {:02} {month} {:04} {hour:02}:{minute:02}:{second:02} GMT",
            self.day, self.year
        )
    }

    /// `Mon Jan 01 00:05:00 UTC 2024`, the format of Java and of Neptune's status.
    pub(crate) fn java_date(self) -> String {
        let (hour, minute, second) = self.time_of_day();
        let (weekday, month) = (self.weekday(), self.month_name());
        format!(
            "{weekday} {month} {:02} {hour:02}:{minute:02}:{second:02} UTC {:04}",
            self.day, self.year
        )
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
            assert_eq!(
                Calendar::parse_basic(&text).map(Calendar::seconds),
                Some(seconds),
                "{text}"
            );
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
        let before = UNIX_EPOCH - Duration::from_secs(5);
        assert_eq!(
            Calendar::of(before).http_date(),
            "Thu, 01 Jan 1970 00:00:00 GMT"
        );
        assert_eq!(
            Calendar::of_seconds(u64::MAX).http_date(),
            "Fri, 31 Dec 9999 23:59:59 GMT"
        );
        assert_eq!(
            Now::at_unix(u64::MAX).later(Duration::MAX).mono,
            Duration::MAX
        );
    }
}
