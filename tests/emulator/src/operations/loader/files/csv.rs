//! Reads CSV as [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180) and the user guide define it.
//!
//! A library does not fit: the loader distinguishes `""` from an empty cell, and ignores spaces around cells but keeps
//! those inside of quotes. The readers of crates return the same text for both.

use std::borrow::Cow;

/// A cell of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell<'a> {
    pub(super) text: Cow<'a, str>,
    /// Whether the text was in quotes.
    pub(super) quoted: bool,
}

impl Cell<'_> {
    /// Whether the cell is empty, without quotation marks. A cell with `""` has a value.
    pub(super) fn is_blank(&self) -> bool {
        self.text.is_empty() && !self.quoted
    }
}

/// The records of a file.
#[derive(Debug)]
pub(super) struct Records<'a> {
    rest: &'a str,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        // A byte order mark is not part of the first name.
        let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { rest }
    }

    /// The next cell, and whether it is the last of its record.
    fn cell(&mut self) -> Result<(Cell<'a>, bool), String> {
        self.rest = self.rest.trim_start_matches(is_space);
        let cell = match self.rest.strip_prefix('"') {
            Some(rest) => {
                self.rest = rest;
                self.quoted()?
            }
            None => {
                let end = self.rest.find([',', '\n', '"']);
                let (text, rest) = self.split(end.unwrap_or(self.rest.len()));
                self.rest = rest;
                Cell {
                    text: Cow::Borrowed(text.trim_end_matches(|it| is_space(it) || it == '\r')),
                    quoted: false,
                }
            }
        };
        self.rest = self.rest.trim_start_matches(is_space);
        if let Some(rest) = self.rest.strip_prefix(',') {
            self.rest = rest;
            return Ok((cell, false));
        }
        let after = self.rest.strip_prefix('\r').unwrap_or(self.rest);
        match after.strip_prefix('\n') {
            Some(rest) => self.rest = rest,
            None if after.is_empty() => self.rest = after,
            None => {
                let found = self.rest.chars().next().unwrap_or_default();
                return Err(format!(
                    "Expected a comma or the end of the line, found: {found}"
                ));
            }
        }
        Ok((cell, true))
    }

    /// A cell whose opening quote has been read.
    fn quoted(&mut self) -> Result<Cell<'a>, String> {
        let mut text = Cow::Borrowed("");
        loop {
            let Some(end) = self.rest.find('"') else {
                return Err("The quotation mark at the start of a value is not closed".to_owned());
            };
            let (part, rest) = self.split(end);
            text += part;
            let rest = rest.get(1..).unwrap_or_default();
            let Some(rest) = rest.strip_prefix('"') else {
                self.rest = rest;
                return Ok(Cell { text, quoted: true });
            };
            text += "\"";
            self.rest = rest;
        }
    }

    fn split(&self, at: usize) -> (&'a str, &'a str) {
        self.rest.split_at_checked(at).unwrap_or((self.rest, ""))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Vec<Cell<'a>>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        // Blank lines are not records: the guide's examples have some.
        loop {
            let line = self
                .rest
                .trim_start_matches(|it| is_space(it) || it == '\r');
            match line.strip_prefix('\n') {
                Some(rest) => self.rest = rest,
                None if line.is_empty() => return None,
                None => break,
            }
        }
        let mut cells = Vec::new();
        loop {
            match self.cell() {
                Ok((cell, is_last)) => {
                    cells.push(cell);
                    if is_last {
                        return Some(Ok(cells));
                    }
                }
                Err(error) => {
                    // The next line is tried.
                    let line = self.rest.find('\n').map_or(self.rest.len(), |end| end + 1);
                    self.rest = self.split(line).1;
                    return Some(Err(error));
                }
            }
        }
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

/// The parts of a list, which are separated by semicolons. A semicolon after a backslash belongs to its part.
pub(super) fn list(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = character == '\\' && characters.next_if_eq(&';').is_some();
        match parts.last_mut() {
            Some(_) if character == ';' => parts.push(String::new()),
            Some(part) => part.push(if escaped { ';' } else { character }),
            None => {}
        }
    }
    for part in &mut parts {
        *part = part.trim().to_owned();
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// The cells, each in brackets if it was quoted.
    fn read(text: &str) -> Vec<Result<Vec<String>, String>> {
        let show = |cell: Cell<'_>| {
            if cell.quoted {
                format!("[{}]", cell.text)
            } else {
                cell.text.into_owned()
            }
        };
        let records = Records::new(text);
        records
            .map(|cells| cells.map(|cells| cells.into_iter().map(show).collect()))
            .collect()
    }

    #[test]
    fn cells() {
        for (text, expected) in [
            ("a,b", vec!["a", "b"]),
            ("\u{feff}a,b\r\n", vec!["a", "b"]),
            (" a , b c ,", vec!["a", "b c", ""]),
            ("\"a\", \" b,\nc \" ,\"\"", vec!["[a]", "[ b,\nc ]", "[]"]),
            (",,", vec!["", "", ""]),
            ("\"say \"\"hello\"\"\"", vec!["[say \"hello\"]"]),
            ("\"\"\"\"", vec!["[\"]"]),
            ("\n\r\n  \na", vec!["a"]),
            ("a\\tb,\"c\\td\"", vec!["a\\tb", "[c\\td]"]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(read(text), [Ok(expected)], "{text:?}");
        }
    }

    #[test]
    fn the_line_after_an_error_is_read() {
        for (text, error) in [
            (
                "a\"b\nx",
                "Expected a comma or the end of the line, found: \"",
            ),
            (
                "\"a\"b\nx",
                "Expected a comma or the end of the line, found: b",
            ),
            (
                "\"a\nx",
                "The quotation mark at the start of a value is not closed",
            ),
        ] {
            let found = read(text);
            assert_eq!(found.first(), Some(&Err(error.to_owned())), "{text:?}");
            assert_eq!(found.get(1), Some(&Ok(vec!["x".to_owned()])), "{text:?}");
        }
    }

    #[test]
    fn lists() {
        for (text, expected) in [
            ("a", &["a"][..]),
            ("a;b", &["a", "b"]),
            ("String one; String 2", &["String one", "String 2"]),
            (r"a\;b;c\d", &["a;b", r"c\d"]),
            (";", &["", ""]),
            ("", &[""]),
        ] {
            assert_eq!(list(text), expected, "{text:?}");
        }
    }

    proptest! {
        /// Quoted cells are read as they were written.
        #[test]
        fn quoted_cells_keep_their_text(rows in vec(vec("[a;, \"\r\n\\\\é]{0,6}", 1..4), 0..4)) {
            let quote = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let lines = rows.iter().map(|row| row.iter().map(quote).collect::<Vec<_>>().join(" , "));
            let text = lines.map(|line| line + "\r\n").collect::<String>();
            let read: Vec<Vec<String>> = Records::new(&text)
                .map(|row| row.expect("cells").into_iter().map(|cell| cell.text.into_owned()).collect())
                .collect();
            prop_assert_eq!(read, rows);
        }

        /// Any text is read to its end.
        #[test]
        fn any_text_is_read(text in "[a;, \"\r\n]{0,40}") {
            prop_assert!(Records::new(&text).count() <= text.len());
        }
    }
}
