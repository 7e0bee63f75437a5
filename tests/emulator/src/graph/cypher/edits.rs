//! The changes of a text, and where its parts came from.

use super::query::Query;

/// The changes of each token.
pub(super) struct Edits<'q> {
    query: &'q Query<'q>,
    changes: Vec<Change>,
}

#[derive(Clone, Default)]
struct Change {
    before: String,
    replacement: Option<String>,
    after: String,
}

/// A part of the translated text.
#[derive(Debug)]
pub(super) struct Segment {
    /// Where it begins in the translated text.
    start: usize,
    /// Where it begins in the original text.
    original: usize,
    /// Whether it was copied.
    copied: bool,
}

impl<'q> Edits<'q> {
    pub(super) fn new(query: &'q Query<'q>) -> Self {
        let changes = vec![Change::default(); query.len()];
        Self { query, changes }
    }

    /// Inserts a text before a token, after what was inserted there already.
    pub(super) fn before(&mut self, token: usize, text: &str) {
        if let Some(change) = self.changes.get_mut(token) {
            change.before.push_str(text);
        }
    }

    /// Replaces a token.
    pub(super) fn replace(&mut self, token: usize, text: impl Into<String>) {
        if let Some(change) = self.changes.get_mut(token) {
            change.replacement = Some(text.into());
        }
    }

    /// Inserts a text after a token, before what was inserted there already.
    pub(super) fn after(&mut self, token: usize, text: &str) {
        if let Some(change) = self.changes.get_mut(token) {
            change.after.insert_str(0, text);
        }
    }

    /// The changed text.
    pub(super) fn finish(self) -> (String, Vec<Segment>) {
        let source = self.query.text;
        let mut writer = Writer::default();
        let mut done = 0;
        for (token, change) in self.query.tokens.iter().zip(self.changes) {
            writer.copy(source, done, token.start);
            writer.insert(&change.before, token.start);
            match change.replacement {
                Some(text) => writer.insert(&text, token.start),
                None => writer.copy(source, token.start, token.end),
            }
            writer.insert(&change.after, token.start);
            done = token.end;
        }
        writer.copy(source, done, source.len());
        (writer.text, writer.segments)
    }
}

#[derive(Default)]
struct Writer {
    text: String,
    segments: Vec<Segment>,
}

impl Writer {
    fn copy(&mut self, source: &str, start: usize, end: usize) {
        self.write(source.get(start..end).unwrap_or_default(), start, true);
    }

    fn insert(&mut self, text: &str, original: usize) {
        self.write(text, original, false);
    }

    fn write(&mut self, text: &str, original: usize, copied: bool) {
        if text.is_empty() {
            return;
        }
        self.segments.push(Segment {
            start: self.text.len(),
            original,
            copied,
        });
        self.text.push_str(text);
    }
}

/// The place in the original text of a place in the translated text.
pub(super) fn original(segments: &[Segment], offset: usize) -> usize {
    let after = segments.partition_point(|segment| segment.start <= offset);
    let segment = after.checked_sub(1).and_then(|last| segments.get(last));
    segment.map_or(0, |segment| {
        let within = if segment.copied {
            offset - segment.start
        } else {
            0
        };
        segment.original + within
    })
}

/// The byte at this line and column, from 1.
pub(super) fn offset(text: &str, line: usize, column: usize) -> usize {
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines
        .by_ref()
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let characters = lines.next().unwrap_or_default().chars();
    let within = characters
        .take(column.saturating_sub(1))
        .map(char::len_utf8);
    before + within.sum::<usize>()
}

/// The line and the column of a byte, from 1.
pub(super) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let last = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, last.chars().count() + 1)
}
