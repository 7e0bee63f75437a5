//! The text of queries, which the engine understands as it is.
use std::time::Duration;

use super::Source;
use crate::failure::Failure;

pub(crate) const UNASSIGNED: char = '\u{f8ff}';

pub(crate) struct Translation {
    pub(crate) text: String,
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) limit: Option<Duration>,
}

impl Translation {
    pub(crate) fn locate(&self, line: usize, column: usize) -> (usize, usize) {
        (line, column)
    }
}

pub(crate) fn translate(source: &Source<'_>) -> Result<Translation, Failure> {
    let _ = source.now;
    Ok(Translation {
        text: source.text.to_owned(),
        columns: None,
        limit: None,
    })
}
