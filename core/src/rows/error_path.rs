//! Translates the line and column of a serde_json error to the path of the value in the row.

use crate::wire::lenient::elide;

/// The path of the value at `line` and `column` of the JSON text `row`, as serde_json counts them:
/// `.name` or `[3].x`; empty for the row itself.
///
/// serde_json does not report paths, and a deserializer that tracks paths would slow down every row because of the
/// rare row that fails. If `row` is not JSON, the path is meaningless.
pub(super) fn path_to(row: &[u8], line: usize, column: usize) -> String {
    let mut walk = Walk::default();
    let mut string_start = None;
    let mut escaped = false;
    let (mut at_line, mut at_column) = (1_usize, 0_usize);
    for (at, byte) in row.iter().enumerate() {
        if *byte == b'\n' {
            at_line = at_line.saturating_add(1);
            at_column = 0;
        } else {
            at_column = at_column.saturating_add(1);
        }
        if let Some(start) = string_start {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    string_start = None;
                    walk.string(row.get(start..=at).unwrap_or_default());
                }
                _ => {}
            }
        } else if *byte == b'"' {
            string_start = Some(at);
        } else {
            walk.token(*byte);
        }
        if (at_line, at_column) >= (line, column) {
            break;
        }
    }
    walk.into_path()
}

/// The open brackets, and the current member or element in each.
#[derive(Debug, Default)]
struct Walk {
    open: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    /// In an object: the key, and whether its colon has been seen. Before the colon, an error is in
    /// the object, not in the member.
    Member(String, bool),
    Element(usize),
}

impl Walk {
    fn string(&mut self, text: &[u8]) {
        if let Some(Segment::Member(key, false)) = self.open.last_mut() {
            *key = serde_json::from_slice(text).unwrap_or_default();
        }
    }

    fn token(&mut self, byte: u8) {
        match (byte, self.open.last_mut()) {
            (b'{', _) => self.open.push(Segment::Member(String::new(), false)),
            (b'[', _) => self.open.push(Segment::Element(0)),
            (b'}' | b']', _) => {
                self.open.pop();
            }
            (b':', Some(Segment::Member(_, colon))) => *colon = true,
            (b',', Some(Segment::Member(key, colon))) => {
                key.clear();
                *colon = false;
            }
            (b',', Some(Segment::Element(index))) => *index = index.saturating_add(1),
            _ => {}
        }
    }

    fn into_path(self) -> String {
        let mut path = String::new();
        for segment in self.open {
            match segment {
                Segment::Member(key, true) => {
                    path.push('.');
                    path.push_str(&elide(&key));
                }
                Segment::Member(_, false) => {}
                Segment::Element(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, de::DeserializeOwned};

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Person {
        #[expect(dead_code, reason = "only read")]
        name: String,
        #[serde(default)]
        #[expect(dead_code, reason = "only read")]
        friends: Vec<Person>,
        #[serde(default)]
        #[expect(dead_code, reason = "only read")]
        ages: BTreeMap<String, u8>,
    }

    fn failing<T: DeserializeOwned>(row: &str) -> String {
        assert!(serde_json::from_str::<serde_json::Value>(row).is_ok());
        let Err(error) = serde_json::from_str::<T>(row) else {
            panic!("{row} has the requested type")
        };
        path_to(row.as_bytes(), error.line(), error.column())
    }

    #[test]
    fn members_are_named() {
        for (row, path) in [
            (r#"{"name":1}"#, ".name"),
            (r#"{"friends":[],"nam\u0065":[1]}"#, ".name"),
            (
                r#"{"name":"a","friends":[{"name":"b"},{"name":null}]}"#,
                ".friends[1].name",
            ),
            (
                "{\"name\":\"a\",\n\"friends\":[{\"name\":\"b\"},\n{\"name\":{}}]}",
                ".friends[1].name",
            ),
            (r#"{"name":"a","ages":{"x":1,"y":256}}"#, ".ages.y"),
            (r#"{"name":"a","friends":[{"name":"b"},{}]}"#, ".friends[1]"),
            (r#"{"friends":[]}"#, ""),
            (r#""text""#, ""),
            ("12", ""),
        ] {
            assert_eq!(failing::<Person>(row), path, "{row}");
        }
        assert_eq!(failing::<Vec<u8>>("[1,2,-3]"), "[2]");
        assert_eq!(failing::<Vec<u8>>(r#"[1,2,"a,b"]"#), "[2]");
    }
}
