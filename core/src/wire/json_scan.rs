//! Finds the end of a JSON value while its bytes arrive.
//!
//! The scan knows only brackets, quotes and escapes, so the result means nothing if the input is not
//! JSON. That is enough, because every value is parsed afterwards.

/// The state of a scan between two chunks.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    kind: Kind,
    /// How many brackets are open.
    depth: usize,
    /// Whether an array or an object was found inside the value.
    is_nested: bool,
    in_string: bool,
    /// After a backslash in a string.
    escaped: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Before the first byte.
    #[default]
    Unknown,
    /// A string, an array or an object, which ends with its own last byte.
    Delimited,
    /// A number or a literal, which ends before the first byte that cannot be part of it.
    Bare,
}

impl Scan {
    /// Continues with `bytes`. If the value ends in them, returns how many of them belong to it: zero if
    /// a number or a literal ended with the previous chunk.
    pub(crate) fn find_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut rest = bytes.iter();
        while let Some(byte) = rest.next() {
            let before = bytes.len().saturating_sub(rest.len()).saturating_sub(1);
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return Some(before.saturating_add(1));
                        }
                    }
                    _ => {}
                }
                continue;
            }
            if self.kind == Kind::Unknown {
                self.kind = match byte {
                    b'"' | b'[' | b'{' => Kind::Delimited,
                    _ => Kind::Bare,
                };
            }
            let ends_bare = byte.is_ascii_whitespace()
                || matches!(byte, b',' | b':' | b'"' | b'[' | b']' | b'{' | b'}');
            match self.kind {
                Kind::Bare if ends_bare => return Some(before),
                Kind::Bare => {}
                _ => match byte {
                    b'"' => self.in_string = true,
                    b'[' | b'{' => {
                        self.is_nested |= self.depth > 0;
                        self.depth = self.depth.saturating_add(1);
                    }
                    b']' | b'}' => {
                        self.depth = self.depth.saturating_sub(1);
                        if self.depth == 0 {
                            return Some(before.saturating_add(1));
                        }
                    }
                    _ => {}
                },
            }
        }
        None
    }

    /// Whether the value contains an array or an object, as far as it was scanned.
    pub(crate) fn is_nested(&self) -> bool {
        self.is_nested
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn ends_of_values_are_found() {
        let values = [
            r#"{"a":[1,{"b":"]}\"\\"}],"c":{}}"#,
            r#""text with \" and [ and \\""#,
            "[]",
            "{}",
            "[[[[]]]]",
            "-12.5e3",
            "true",
            "null",
        ];
        for value in values {
            assert!(serde_json::from_str::<Value>(value).is_ok());
            for follows in [",1", "]", "}", " ,", "\n"] {
                let text = format!("{value}{follows}");
                assert_eq!(Scan::default().find_end(text.as_bytes()), Some(value.len()));
                for cut in 0..value.len() {
                    let (one, two) = text.as_bytes().split_at(cut);
                    let mut scan = Scan::default();
                    assert_eq!(scan.find_end(one), None, "{text} at {cut}");
                    assert_eq!(
                        scan.find_end(two),
                        Some(value.len() - cut),
                        "{text} at {cut}"
                    );
                }
            }
        }
    }
}
