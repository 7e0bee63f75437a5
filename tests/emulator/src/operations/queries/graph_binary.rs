//! Responses in GraphBinary, for the values of JSON. Values with `@type` lose their type.
//!
//! [GraphBinary 1.0](https://tinkerpop.apache.org/docs/current/dev/io/#graphbinary)

use serde_json::Value;

use super::graphson::untyped;

/// A whole response with these rows.
pub(super) fn answer(query_id: &str, rows: &[Value], strings: bool) -> Vec<u8> {
    // Version; the id is present.
    let mut out = vec![0x81, 0];
    out.extend_from_slice(&uuid(query_id));
    out.extend_from_slice(&200_i32.to_be_bytes());
    // No message; no attributes and no meta entries.
    out.push(1);
    out.extend_from_slice(&0_i32.to_be_bytes());
    out.extend_from_slice(&0_i32.to_be_bytes());
    out.extend_from_slice(&[0x09, 0]);
    length(&mut out, rows.len());
    for row in rows {
        let row = untyped(row);
        match &row {
            Value::String(_) => write(&mut out, &row),
            other if strings => write(&mut out, &Value::from(other.to_string())),
            other => write(&mut out, other),
        }
    }
    out
}

/// The sixteen bytes of an id; zeros if it is not a UUID.
fn uuid(id: &str) -> [u8; 16] {
    let digits: String = id.chars().filter(|it| *it != '-').collect();
    u128::from_str_radix(&digits, 16)
        .unwrap_or_default()
        .to_be_bytes()
}

fn length(out: &mut Vec<u8>, length: usize) {
    let length = i32::try_from(length).unwrap_or(i32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
}

/// A value with its type code.
fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(&[0xfe, 1]),
        Value::Bool(flag) => out.extend_from_slice(&[0x27, 0, u8::from(*flag)]),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => match i32::try_from(whole) {
                Ok(small) => {
                    out.extend_from_slice(&[0x01, 0]);
                    out.extend_from_slice(&small.to_be_bytes());
                }
                Err(_) => {
                    out.extend_from_slice(&[0x02, 0]);
                    out.extend_from_slice(&whole.to_be_bytes());
                }
            },
            (None, real) => {
                out.extend_from_slice(&[0x07, 0]);
                out.extend_from_slice(&real.unwrap_or_default().to_be_bytes());
            }
        },
        Value::String(text) => {
            out.extend_from_slice(&[0x03, 0]);
            length(out, text.len());
            out.extend_from_slice(text.as_bytes());
        }
        Value::Array(items) => {
            out.extend_from_slice(&[0x09, 0]);
            length(out, items.len());
            for item in items {
                write(out, item);
            }
        }
        Value::Object(members) => {
            out.extend_from_slice(&[0x0a, 0]);
            length(out, members.len());
            for (name, member) in members {
                write(out, &Value::from(name.as_str()));
                write(out, member);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn byte_by_byte() {
        let mut expected = vec![0x81, 0];
        expected.extend_from_slice(&[0x12; 16]);
        expected.extend_from_slice(&[0, 0, 0, 200, 1, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 2]);
        expected.extend_from_slice(&[0x01, 0, 0, 0, 0, 7]);
        expected.extend_from_slice(&[0x0a, 0, 0, 0, 0, 1, 0x03, 0, 0, 0, 0, 1, b'a', 0x27, 0, 1]);
        let id = "12121212-1212-1212-1212-121212121212";
        assert_eq!(
            answer(id, &[json!(7), json!({ "a": true })], false),
            expected
        );
        let texts = answer(id, &[json!(7)], true);
        assert!(texts.ends_with(&[0x03, 0, 0, 0, 0, 1, b'7']));
    }
}
