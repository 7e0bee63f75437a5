//! Finds values inside JSON text without parsing them, so that all their digits and the order of their
//! members are preserved.
//!
//! The text must have been validated by a parser. For other text the results mean nothing, but no
//! function panics.

use std::borrow::Cow;

/// The members of an object in their order: names, and values as text.
pub(crate) fn members(object: &str) -> Option<Members<'_>> {
    let mut cursor = Cursor::new(object);
    cursor.enter(b'{').then_some(Members(cursor))
}

/// The value of a member of an object. If the name occurs several times, it is the last one, as in most
/// JSON parsers.
pub(crate) fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let mut found = members(object)?.filter(|(key, _)| key.as_deref() == Some(name));
    found.next().map(|first| found.last().unwrap_or(first).1)
}

/// Parses a string with its quotes; `None` if it contains half of a surrogate pair.
pub(crate) fn unquoted(string: &str) -> Option<Cow<'_, str>> {
    let inner = string.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(string).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// The iterator of [`members`]. A name that is not a valid string is `None`.
pub(crate) struct Members<'a>(Cursor<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (Option<Cow<'a, str>>, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.0.value()?;
        Some((unquoted(key), self.0.value()?))
    }
}

/// A position in JSON text.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Cursor { text, at: 0 }
    }

    /// Moves to the beginning of the next value, and returns its offset.
    pub(crate) fn begin(&mut self) -> usize {
        self.skip(is_separator);
        self.at
    }

    /// The text from the offset `start` to the cursor.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Consumes the bracket if it is next, and returns whether it was.
    pub(crate) fn enter(&mut self, bracket: u8) -> bool {
        self.skip(is_separator);
        let is_next = self.peek() == Some(bracket);
        if is_next {
            self.advance();
        }
        is_next
    }

    /// Consumes the closing bracket if it is next, and returns whether it was. The end of the text counts
    /// as any closing bracket.
    pub(crate) fn leave(&mut self, bracket: u8) -> bool {
        self.enter(bracket) || self.peek().is_none()
    }

    /// The next value, or `None` before a closing bracket and at the end. Does not recurse.
    pub(crate) fn value(&mut self) -> Option<&'a str> {
        let start = self.begin();
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => self.string(),
                b'{' | b'[' => {
                    depth = depth.saturating_add(1);
                    self.advance();
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.advance();
                }
                byte if is_separator(byte) => {
                    self.advance();
                    continue;
                }
                _ => self.skip(|byte| !is_separator(byte) && !b"{}[]\"".contains(&byte)),
            }
            if depth == 0 {
                return self.text.get(start..self.at);
            }
        }
    }

    fn string(&mut self) {
        self.advance();
        loop {
            self.skip(|byte| byte != b'"' && byte != b'\\');
            match self.peek() {
                // An escaped quote does not end the string.
                Some(b'\\') => {
                    self.advance();
                    self.advance();
                }
                Some(_) => return self.advance(),
                None => return,
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn skip(&mut self, skipped: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&skipped) {
            self.advance();
        }
    }
}

fn is_separator(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b',' || byte == b':'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_order_and_digits() {
        let text = r#" { "b" : 1.10000000000000000001e5 , "a\u0020":"x\"},{", "c":[{"d":[]},"]"], "e":null}"#;
        let found: Vec<_> = members(text).unwrap().collect();
        let expected = [
            (Some("b".into()), "1.10000000000000000001e5"),
            (Some("a ".into()), r#""x\"},{""#),
            (Some("c".into()), r#"[{"d":[]},"]"]"#),
            (Some("e".into()), "null"),
        ];
        assert_eq!(found, expected);
        assert_eq!(member(text, "c"), Some(r#"[{"d":[]},"]"]"#));
        assert_eq!(member(text, "f"), None);
        assert_eq!(member("[]", "f"), None);
        assert_eq!(member(r#"{"a":1,"a":2}"#, "a"), Some("2"));
    }

    #[test]
    fn elements_of_arrays() {
        let mut cursor = Cursor::new("[1,[2,3],\"é\\\\\" , true]");
        assert!(cursor.enter(b'[') && !cursor.enter(b'['));
        let found: Vec<_> = std::iter::from_fn(|| cursor.value()).collect();
        assert_eq!(found, ["1", "[2,3]", "\"é\\\\\"", "true"]);
        assert!(cursor.leave(b']'));
    }

    #[test]
    fn invalid_json_terminates() {
        for text in [
            "[1", "[\"", "[\"\\", "[\"\\\"", "[[[", "[}", "[\"a\"}]", "[é", "[,,:", "{a", "{\"a\":",
        ] {
            let mut cursor = Cursor::new(text);
            cursor.enter(b'[');
            assert!(std::iter::from_fn(|| cursor.value()).count() < 10);
            if let Some(members) = members(text) {
                assert!(members.count() < 10);
            }
        }
        let deep = "[".repeat(1_000_000);
        assert_eq!(Cursor::new(&deep).value(), None);
    }
}
