//! The types of property columns, and their values.

use time::{Date, Month};

use crate::graph::Value;

/// The type of a property column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    /// A whole number with this name in this range.
    Whole(&'static str, i64, i64),
    Float,
    Double,
    String,
    DateTime,
}

impl Kind {
    /// The type with this name, in any case. Neptune stores `Date` of an openCypher file, and some other types that it
    /// does not have, as text.
    pub(super) fn named(name: &str, is_open_cypher: bool) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "bool" | "boolean" => Self::Bool,
            "byte" => Self::Whole("Byte", i8::MIN.into(), i8::MAX.into()),
            "short" => Self::Whole("Short", i16::MIN.into(), i16::MAX.into()),
            "int" => Self::Whole("Int", i32::MIN.into(), i32::MAX.into()),
            "long" => Self::Whole("Long", i64::MIN, i64::MAX),
            "float" => Self::Float,
            "double" => Self::Double,
            "string" => Self::String,
            "datetime" => Self::DateTime,
            "date" if !is_open_cypher => Self::DateTime,
            "char" | "date" | "localdate" | "localdatetime" | "duration" | "point"
                if is_open_cypher =>
            {
                Self::String
            }
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bool => "Bool",
            Self::Whole(name, ..) => name,
            Self::Float => "Float",
            Self::Double => "Double",
            Self::String => "String",
            Self::DateTime => "DateTime",
        }
    }

    /// Reads a value. The error is the text for the log.
    pub(super) fn read(self, text: &str) -> Result<Value, String> {
        let value = match self {
            // The guide: any value other than true is false.
            Self::Bool => Some(Value::Bool(text.eq_ignore_ascii_case("true"))),
            Self::Whole(_, least, most) => {
                let number = text.parse().ok();
                let number = number.filter(|number| (least..=most).contains(number));
                number.map(Value::Int)
            }
            // The shortest decimal of a 32-bit number, as servers print it.
            Self::Float => decimal(text)
                .and_then(|text| text.parse::<f32>().ok())
                .and_then(|number| number.to_string().parse().ok())
                .map(Value::Float),
            Self::Double => decimal(text)
                .and_then(|text| text.parse().ok())
                .map(Value::Float),
            Self::String => Some(Value::String(text.to_owned())),
            Self::DateTime => date_time(text).map(Value::DateTime),
        };
        value.ok_or_else(|| format!("Invalid value for type {}: {text}", self.name()))
    }
}

/// The number, unless it is one of the words for infinity that Neptune does not know.
fn decimal(text: &str) -> Option<&str> {
    let words = ["Infinity", "NaN"];
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = |it: u8| it.is_ascii_digit() || matches!(it, b'.' | b'e' | b'E' | b'+' | b'-');
    (words.contains(&unsigned) || unsigned.bytes().all(is_number)).then_some(text)
}

/// The milliseconds since the epoch of a time such as `2024-01-31`, `2024-01-31T10:00` or `2024-01-31T10:00:00.5+0100`.
fn date_time(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.rsplitn(3, '-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let month = Month::try_from(digits(month, 2)?).ok()?;
    let year: i32 = year.parse().ok()?;
    let date = Date::from_calendar_date(year, month, digits(day, 2)?).ok()?;
    let start = (i64::from(date.to_julian_day()) - 2_440_588) * 86_400_000;
    let Some(time) = time else {
        return Some(start);
    };
    let end = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (time, offset) = time.split_at_checked(end)?;
    Some(start + clock(time)? - offset_millis(offset)?)
}

/// The milliseconds of `10:00`, `10:00:00` or `10:00:00.123`.
fn clock(text: &str) -> Option<i64> {
    let (text, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = text.split(':').map(|part| digits(part, 2));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let is_valid = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|it| it.is_ascii_digit());
    let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
    let millis: i64 = millis.parse().ok()?;
    let seconds = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
    (is_valid && is_fraction).then_some(seconds * 1000 + millis)
}

/// The milliseconds of `Z`, `+01:00` or `+0100`.
fn offset_millis(text: &str) -> Option<i64> {
    let sign = match text.chars().next() {
        None => return Some(0),
        Some('Z') => return (text == "Z").then_some(0),
        Some('-') => -1,
        _ => 1,
    };
    let text = text.get(1..)?.replace(':', "");
    let (hours, minutes) = text.split_at_checked(2)?;
    let (hours, minutes) = (i64::from(digits(hours, 2)?), i64::from(digits(minutes, 2)?));
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

/// A number with exactly so many digits.
fn digits(text: &str, count: usize) -> Option<u8> {
    let is_valid = text.len() == count && text.bytes().all(|it| it.is_ascii_digit());
    text.parse().ok().filter(|_| is_valid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_each_type() {
        let (int, float) = (Value::Int, Value::Float);
        let day = 1_704_067_200_000;
        for (kind, text, expected) in [
            ("Bool", "true", Value::Bool(true)),
            ("boolean", "yes", Value::Bool(false)),
            ("Byte", "-128", int(-128)),
            ("Short", "32767", int(32_767)),
            ("Int", "-2147483648", int(-2_147_483_648)),
            ("LONG", "9223372036854775807", int(i64::MAX)),
            ("Float", "0.1", float(0.1)),
            ("Float", "16777217", float(16_777_216.0)),
            ("Double", "1e3", float(1000.0)),
            ("Double", "-Infinity", float(f64::NEG_INFINITY)),
            ("String", "a;b", Value::String("a;b".to_owned())),
            ("Date", "2024-01-01", Value::DateTime(day)),
            (
                "DateTime",
                "2024-01-01T00:01",
                Value::DateTime(day + 60_000),
            ),
            (
                "Datetime",
                "2024-01-01T00:00:01",
                Value::DateTime(day + 1000),
            ),
            ("Date", "2024-01-01T00:00:00Z", Value::DateTime(day)),
            ("Date", "2024-01-01T01:00:00+01:00", Value::DateTime(day)),
            (
                "Date",
                "2023-12-31T23:30:00.25-0030",
                Value::DateTime(day + 250),
            ),
            ("Date", "1969-12-31", Value::DateTime(-86_400_000)),
        ] {
            let kind = Kind::named(kind, false).expect("a type");
            assert_eq!(kind.read(text), Ok(expected), "{kind:?} {text}");
        }
        let nan = Kind::Double.read("NaN");
        assert!(matches!(nan, Ok(Value::Float(nan)) if nan.is_nan()));
    }

    #[test]
    fn values_that_do_not_fit() {
        for (kind, wrong) in [
            ("Byte", &["128", "x", "1.5", ""][..]),
            ("Short", &["-32769"]),
            ("Int", &["2147483648"]),
            ("Long", &["9223372036854775808"]),
            ("Float", &["INF", "inf", "nan", "1,5", "0x1"]),
            ("Double", &["infinity", "+INF", "."]),
            (
                "Date",
                &[
                    "2024-13-01",
                    "2024-02-30",
                    "2024-1-1",
                    "2024-01-01T",
                    "2024-01-01T24:00",
                    "2024-01-01T00:00:00+1",
                    "2024-01-01T00:00:00.",
                    "2024-01-01T00:00Zx",
                    "now",
                ],
            ),
        ] {
            let named = Kind::named(kind, false).expect("a type");
            for wrong in wrong {
                let error = format!("Invalid value for type {}: {wrong}", named.name());
                assert_eq!(named.read(wrong), Err(error), "{kind}");
            }
        }
    }

    #[test]
    fn types_of_one_format_only() {
        for name in ["Char", "LocalDate", "LocalDateTime", "Duration", "Point"] {
            assert_eq!(Kind::named(name, true), Some(Kind::String));
            assert_eq!(Kind::named(name, false), None);
        }
        assert_eq!(Kind::named("Date", true), Some(Kind::String));
        assert_eq!(Kind::named("Text", true), None);
    }
}
