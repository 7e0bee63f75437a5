//! The form in which Neptune stores literals
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/feature-sparql-compliance.html)).

use oxigraph::model::Literal;
use oxigraph::model::vocab::xsd;
use oxsdatatypes::{Date, DateTime, TimezoneOffset};

use crate::failure::Failure;

/// Brings a literal into Neptune's form: times are UTC. A value without a time zone is assumed to be UTC, and dates are
/// assumed to be treated like times. Literals that are not valid for their type stay as they are.
///
/// # Errors
///
/// An integer with more than 64 bits.
pub(super) fn normalize(literal: &mut Literal) -> Result<(), Failure> {
    let (value, datatype) = (literal.value(), literal.datatype());
    let utc = Some(TimezoneOffset::UTC);
    let normal = if datatype == xsd::DATE_TIME {
        let time = value.parse().ok();
        time.and_then(|time: DateTime| Some(time.adjust(utc)?.to_string()))
    } else if datatype == xsd::DATE {
        let date = value.parse().ok();
        date.and_then(|date: Date| Some(date.adjust(utc)?.to_string()))
    } else if datatype == xsd::INTEGER && is_too_large(value) {
        return Err(Failure::new(
            "InvalidNumericDataException",
            format!("The integer {value} has more than 64 bits."),
        ));
    } else {
        None
    };
    if let Some(normal) = normal {
        *literal = Literal::new_typed_literal(normal, datatype);
    }
    Ok(())
}

/// Whether this is an integer that does not fit into 64 bits.
fn is_too_large(value: &str) -> bool {
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_integer && value.parse::<i64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_and_integers_have_64_bits() {
        let table = "
            dateTime 2024-02-29T23:30:00-02:00 => 2024-03-01T01:30:00Z
            dateTime 2024-02-29T23:30:00.5Z => 2024-02-29T23:30:00.5Z
            dateTime 2024-02-29T23:30:00 => 2024-02-29T23:30:00Z
            dateTime 2024-01-01T00:00:00+14:00 => 2023-12-31T10:00:00Z
            dateTime 2024-02-30T00:00:00Z => 2024-02-30T00:00:00Z
            dateTime yesterday => yesterday
            date 2024-02-29 => 2024-02-29Z
            date 2024-03-01+02:00 => 2024-02-29Z
            date 2024-03-01Z => 2024-03-01Z
            time 12:00:00+02:00 => 12:00:00+02:00
            string 2024-01-01T00:00:00+14:00 => 2024-01-01T00:00:00+14:00
            integer 007 => 007
            integer -9223372036854775808 => -9223372036854775808
            integer 9223372036854775808 => InvalidNumericDataException
            integer -9223372036854775809 => InvalidNumericDataException
            integer 1e30 => 1e30
            byte 999 => 999
        ";
        for line in table.lines().filter(|line| !line.trim().is_empty()) {
            let (typed, expected) = line.trim().split_once(" => ").expect("two columns");
            let (name, value) = typed.split_once(' ').expect("a type");
            let datatype = format!("http://www.w3.org/2001/XMLSchema#{name}");
            let datatype = oxigraph::model::NamedNode::new_unchecked(datatype);
            let mut literal = Literal::new_typed_literal(value, datatype.clone());
            let result = match normalize(&mut literal) {
                Ok(()) => literal.value().to_owned(),
                Err(failure) => failure.code,
            };
            assert_eq!(result, expected, "{typed}");
            assert_eq!(literal.datatype(), datatype.as_ref());
        }
    }
}
