//! Times in the format of RFC 3339. Times in HTTP headers have a parser of their own.

use std::time::{Duration, SystemTime};

/// The days from 1 January of the year 0 to 1 January 1970.
const DAYS_TO_1970: i64 = 719_528;

/// Parses a time of 1970 or later.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    Moment::parse(text)
        .filter(|moment| moment.seconds >= 0)
        .and_then(Moment::system_time)
}

/// A point in time of the years 0 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Seconds since 1970, rounded down.
    seconds: i64,
    nanoseconds: u32,
}

impl Moment {
    /// Parses a time such as `2025-01-31T12:34:56Z`, with or without a fraction of a second, with `Z` or
    /// an offset. A leap second is read as the second after it.
    ///
    /// In addition to the RFC, the colon of an offset is optional: AWS tools accept this form, and
    /// `strftime` prints it. A time without an offset is ambiguous and therefore invalid.
    pub(crate) fn parse(text: &str) -> Option<Moment> {
        let (date, rest) = text.split_at_checked(10)?;
        let (time, rest) = rest.split_at_checked(9)?;
        let (year, date) = date.split_once('-')?;
        let (month, day) = date.split_once('-')?;
        let (hour, time) = time.strip_prefix(['T', 't', ' '])?.split_once(':')?;
        let (minute, second) = time.split_once(':')?;

        let year = number(year, 4)?;
        let month = number(month, 2).filter(|month| (1..=12).contains(month))?;
        let day = number(day, 2).filter(|day| (1..=days(year, month)).contains(day))?;
        let whole_days = (1..month)
            .map(|month| days(year, month))
            .chain([days_before(year), day.saturating_sub(1)])
            .sum::<i64>();
        let seconds = [
            whole_days
                .saturating_sub(DAYS_TO_1970)
                .saturating_mul(86_400),
            seconds_of(hour, minute)?,
            number(second, 2).filter(|second| *second <= 60)?,
        ];
        let seconds = seconds.iter().sum::<i64>();

        let (nanoseconds, offset) = match rest.strip_prefix('.') {
            Some(rest) => {
                let offset = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                let digits = rest
                    .strip_suffix(offset)
                    .filter(|digits| !digits.is_empty())?;
                (nanoseconds(digits)?, offset)
            }
            None => (0, rest),
        };
        let seconds = match offset.split_at_checked(1)? {
            ("Z" | "z", "") => seconds,
            (sign, offset) => {
                let (hour, minute) = match offset.split_once(':') {
                    Some(hour_and_minute) => hour_and_minute,
                    None => offset.split_at_checked(2)?,
                };
                match sign {
                    "+" => seconds.checked_sub(seconds_of(hour, minute)?)?,
                    "-" => seconds.checked_add(seconds_of(hour, minute)?)?,
                    _ => return None,
                }
            }
        };
        Moment {
            seconds,
            nanoseconds,
        }
        .if_year_has_four_digits()
    }

    /// Parses decimal seconds since 1970, such as `-0.5`.
    pub(crate) fn parse_seconds(text: &str) -> Option<Moment> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_decimal = [whole, fraction]
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        let whole: i64 = is_decimal.then(|| whole.parse().ok()).flatten()?;
        let fraction = nanoseconds(fraction)?;
        let (seconds, nanoseconds) = match (is_negative, fraction) {
            (false, _) => (whole, fraction),
            (true, 0) => (whole.checked_neg()?, 0),
            (true, _) => (
                whole.checked_neg()?.checked_sub(1)?,
                1_000_000_000_u32.checked_sub(fraction)?,
            ),
        };
        Moment {
            seconds,
            nanoseconds,
        }
        .if_year_has_four_digits()
    }

    /// `None` if the year is not from 0 to 9999.
    fn if_year_has_four_digits(self) -> Option<Moment> {
        let days = self.seconds.div_euclid(86_400);
        let since_0 = days.saturating_add(DAYS_TO_1970);
        (0..days_before(10_000)).contains(&since_0).then_some(self)
    }

    pub(crate) fn system_time(self) -> Option<SystemTime> {
        let seconds = Duration::from_secs(self.seconds.unsigned_abs());
        let whole = if self.seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(seconds)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(seconds)
        };
        whole?.checked_add(Duration::from_nanos(self.nanoseconds.into()))
    }
}

/// In the format of RFC 3339, in UTC, with a fraction without trailing zeros.
impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rest = self.seconds.div_euclid(86_400).saturating_add(DAYS_TO_1970);
        // No year has more than 366 days, so this is at most the year.
        let mut year = rest.div_euclid(366);
        while days_before(year.saturating_add(1)) <= rest {
            year = year.saturating_add(1);
        }
        rest = rest.saturating_sub(days_before(year));
        let mut month = 1;
        while days(year, month) <= rest {
            rest = rest.saturating_sub(days(year, month));
            month = month.saturating_add(1);
        }
        let day = rest.saturating_add(1);
        let second = self.seconds.rem_euclid(86_400);
        let (hour, minute) = (
            second.div_euclid(3_600),
            second.div_euclid(60).rem_euclid(60),
        );
        let second = second.rem_euclid(60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if self.nanoseconds > 0 {
            let fraction = format!("{:09}", self.nanoseconds);
            write!(f, ".{}", fraction.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

/// The digits after the decimal point; digits beyond nanoseconds are ignored.
fn nanoseconds(digits: &str) -> Option<u32> {
    format!("{digits:0<9}").get(..9)?.parse().ok()
}

/// A number of exactly `length` digits.
fn number(digits: &str, length: usize) -> Option<i64> {
    let is_number = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// The seconds of a time of day or of an offset.
fn seconds_of(hour: &str, minute: &str) -> Option<i64> {
    let hour = number(hour, 2).filter(|hour| *hour <= 23)?;
    let minute = number(minute, 2).filter(|minute| *minute <= 59)?;
    hour.checked_mul(60)?.checked_add(minute)?.checked_mul(60)
}

/// The days from 1 January of the year 0 to 1 January of `year`.
fn days_before(year: i64) -> i64 {
    let last = year.saturating_sub(1);
    let every = |years: i64| last.div_euclid(years);
    // Add the leap day of the year 0, which the divisions do not count.
    year.saturating_mul(365)
        .saturating_add(every(4))
        .saturating_sub(every(100))
        .saturating_add(every(400))
        .saturating_add(1)
}

fn days(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i64) -> bool {
    let divides = |by: i64| year.rem_euclid(by) == 0;
    divides(4) && (!divides(100) || divides(400))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64, nanoseconds: u32) -> Option<SystemTime> {
        Some(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds))
    }

    #[test]
    fn valid_times() {
        let cases = [
            ("1970-01-01T00:00:00Z", at(0, 0)),
            ("2015-08-30T12:36:00Z", at(1_440_938_160, 0)),
            ("2015-08-30t12:36:00z", at(1_440_938_160, 0)),
            ("2015-08-30 12:36:00Z", at(1_440_938_160, 0)),
            ("2015-08-30T14:36:00+02:00", at(1_440_938_160, 0)),
            ("2015-08-30T14:36:00+0200", at(1_440_938_160, 0)),
            ("2015-08-30T07:06:00-05:30", at(1_440_938_160, 0)),
            ("2015-08-30T12:36:00-00:00", at(1_440_938_160, 0)),
            ("2015-08-30T12:36:00.5Z", at(1_440_938_160, 500_000_000)),
            (
                "2015-08-30T14:36:00.0070+02:00",
                at(1_440_938_160, 7_000_000),
            ),
            (
                "2015-08-30T12:36:00.1234567899Z",
                at(1_440_938_160, 123_456_789),
            ),
            ("2000-02-29T00:00:00Z", at(951_782_400, 0)),
            ("2016-12-31T23:59:60Z", at(1_483_228_800, 0)),
            ("9999-12-31T23:59:59Z", at(253_402_300_799, 0)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn invalid_times() {
        for text in [
            "",
            "1440938160",
            "2015-08-30",
            "2015-08-30T12:36:00",
            "2015-08-30T12:36Z",
            "2015-08-30T12:36:00 Z",
            " 2015-08-30T12:36:00Z",
            "2015-08-30T12:36:00Z ",
            "2015-08-30T12:36:00.Z",
            "2015-08-30T12:36:00,5Z",
            "2015-08-30T12:36:00+2:00",
            "2015-08-30T12:36:00+02",
            "2015-08-30T12:36:00+02:60",
            "2015-08-30T12:36:00+24:00",
            "2015-08-30T12:36:00*02:00",
            "2015-08-30T24:00:00Z",
            "2015-08-30T12:60:00Z",
            "2015-08-30T12:36:61Z",
            "2015-13-30T12:36:00Z",
            "2015-00-30T12:36:00Z",
            "2015-08-00T12:36:00Z",
            "2015-08-32T12:36:00Z",
            "2015-02-29T12:36:00Z",
            "2100-02-29T12:36:00Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+00:01",
            "+2015-8-30T12:36:00Z",
            "2015-8-030T12:36:00Z",
            "2015-08-3\u{661}T12:36:00Z",
            "Sun, 30 Aug 2015 12:36:00 GMT",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn moments_are_written_in_utc() {
        let cases = [
            ("2023-08-01T14:34:56+02:00", "2023-08-01T12:34:56Z"),
            ("2023-08-01T12:34:56.500Z", "2023-08-01T12:34:56.5Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("1600-02-29T00:00:00Z", "1600-02-29T00:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ];
        for (text, expected) in cases {
            let moment = Moment::parse(text).unwrap();
            assert_eq!(moment.to_string(), expected, "{text}");
        }
        for text in ["9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn seconds_are_parsed() {
        let cases = [
            ("0", "1970-01-01T00:00:00Z"),
            ("-1", "1969-12-31T23:59:59Z"),
            ("-0.5", "1969-12-31T23:59:59.5Z"),
            ("1690893296.789", "2023-08-01T12:34:56.789Z"),
            ("1690893296.0", "2023-08-01T12:34:56Z"),
        ];
        for (text, expected) in cases {
            let moment = Moment::parse_seconds(text).unwrap();
            assert_eq!(moment.to_string(), expected, "{text}");
        }
        // Milliseconds are invalid: the year would have five digits.
        for text in [
            "",
            "-",
            ".5",
            "1.",
            "+1",
            "1e9",
            "1690893296789",
            "2023-08-01",
        ] {
            assert_eq!(Moment::parse_seconds(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_is_read_back(
            seconds in -62_167_219_200_i64..253_402_300_800,
            nanoseconds in 0_u32..1_000_000_000,
        ) {
            let moment = Moment { seconds, nanoseconds };
            prop_assert_eq!(Moment::parse(&moment.to_string()), Some(moment), "{}", moment);
        }

        /// Compares with the dates that httpdate prints.
        #[test]
        fn every_second_is_read_back(seconds in 0u64..253_402_300_800) {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            let printed = httpdate::fmt_http_date(time);
            let parts: Vec<_> = printed.split(' ').collect();
            let months = "JanFebMarAprMayJunJulAugSepOctNovDec";
            let month = months.find(parts[2]).unwrap() / 3 + 1;
            let text = format!("{}-{month:02}-{}T{}Z", parts[3], parts[1], parts[4]);
            prop_assert_eq!(parse(&text), Some(time), "{}", text);
        }

        #[test]
        fn no_text_panics(text in "\\PC*|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[-+.Z0-9:é]*") {
            parse(&text);
        }
    }
}
