//! Times as RFC 3339 writes them. The core's other parser of times reads those of HTTP headers.

use std::time::{Duration, SystemTime};

/// Reads `2025-01-31T12:34:56Z`, with or without a fraction of the second, with `Z` or an offset.
/// Years from 1970 to 9999; a leap second is the second after it.
///
/// Beyond the RFC an offset may be written without its colon, which the AWS tools take too and
/// `strftime` prints. A time without any offset could be any of a day, and is none.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, rest) = rest.split_at_checked(9)?;
    let (year, date) = date.split_once('-')?;
    let (month, day) = date.split_once('-')?;
    let (hour, time) = time.strip_prefix(['T', 't', ' '])?.split_once(':')?;
    let (minute, second) = time.split_once(':')?;

    let year = number(year, 4).filter(|year| *year >= 1970)?;
    let month = number(month, 2).filter(|month| (1..=12).contains(month))?;
    let day = number(day, 2).filter(|day| (1..=days(year, month)).contains(day))?;
    let whole_days = (1970..year)
        .map(|year| if is_leap(year) { 366 } else { 365 })
        .chain((1..month).map(|month| days(year, month)))
        .chain([day.saturating_sub(1)])
        .sum::<u64>();
    let seconds = [
        whole_days.saturating_mul(86_400),
        clock(hour, minute)?,
        number(second, 2).filter(|second| *second <= 60)?,
    ];
    let seconds = seconds.iter().sum::<u64>();

    let (nanoseconds, offset) = match rest.strip_prefix('.') {
        Some(rest) => {
            let offset = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            let digits = rest
                .strip_suffix(offset)
                .filter(|digits| !digits.is_empty())?;
            (format!("{digits:0<9}").get(..9)?.parse().ok()?, offset)
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
                "+" => seconds.checked_sub(clock(hour, minute)?)?,
                "-" => seconds.checked_add(clock(hour, minute)?)?,
                _ => return None,
            }
        }
    };
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds))
}

/// A number of exactly so many digits.
fn number(digits: &str, length: usize) -> Option<u64> {
    let is_one = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| digits.parse().ok()).flatten()
}

/// Seconds since midnight, or in an offset.
fn clock(hour: &str, minute: &str) -> Option<u64> {
    let hour = number(hour, 2).filter(|hour| *hour <= 23)?;
    let minute = number(minute, 2).filter(|minute| *minute <= 59)?;
    hour.checked_mul(60)?.checked_add(minute)?.checked_mul(60)
}

fn days(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64, nanoseconds: u32) -> Option<SystemTime> {
        Some(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds))
    }

    #[test]
    fn times_that_are() {
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
    fn times_that_are_not() {
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

    proptest! {
        /// Against the dates that httpdate prints.
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
