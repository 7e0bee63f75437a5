//! Where a JSON value ends, found as its bytes come. Only brackets and quotes are looked at, so for
//! what is no JSON the answer means nothing; every value is parsed afterwards anyway.

/// A value whose end was not seen yet.
#[derive(Debug, Default)]
pub(super) struct Scan {
    kind: Kind,
    /// How many brackets are open.
    depth: usize,
    in_text: bool,
    /// After a backslash.
    escaped: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing was seen.
    #[default]
    Unknown,
    /// A text, a list, an object: it shows its end itself.
    Closed,
    /// A number or a word, which ends where something else begins.
    Open,
}

impl Scan {
    /// Goes on with `bytes`; how many of them belong to the value, if it ends in or before them.
    pub(super) fn go_on(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut rest = bytes.iter();
        while let Some(byte) = rest.next() {
            let before = bytes.len().saturating_sub(rest.len()).saturating_sub(1);
            if self.in_text {
                match (self.escaped, byte) {
                    (true, _) => self.escaped = false,
                    (false, b'\\') => self.escaped = true,
                    (false, b'"') => {
                        self.in_text = false;
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
                    b'"' | b'[' | b'{' => Kind::Closed,
                    _ => Kind::Open,
                };
            }
            let ends_word = byte.is_ascii_whitespace()
                || matches!(byte, b',' | b':' | b'"' | b'[' | b']' | b'{' | b'}');
            match self.kind {
                Kind::Open if ends_word => return Some(before),
                Kind::Open => {}
                _ => match byte {
                    b'"' => self.in_text = true,
                    b'[' | b'{' => self.depth = self.depth.saturating_add(1),
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
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn values_end_where_they_end() {
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
                assert_eq!(Scan::default().go_on(text.as_bytes()), Some(value.len()));
                for cut in 0..value.len() {
                    let (one, two) = text.as_bytes().split_at(cut);
                    let mut scan = Scan::default();
                    assert_eq!(scan.go_on(one), None, "{text} at {cut}");
                    assert_eq!(scan.go_on(two), Some(value.len() - cut), "{text} at {cut}");
                }
            }
        }
    }
}
