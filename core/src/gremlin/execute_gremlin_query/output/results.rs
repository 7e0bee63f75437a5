//! Finds the list of results in the member `result`, and reads its elements, in one pass over the text.

use std::borrow::Cow;

use crate::wire::json_text::{self, Cursor};

/// Why the results cannot be read.
pub(super) enum ResultsError {
    /// `data` is missing.
    Missing,
    /// `data` is not a list.
    NotAList,
    /// The element with this index cannot be read, for this reason.
    Element(usize, String),
}

type Results<T> = Result<Vec<T>, ResultsError>;

/// Reads the list of results in `result`, which is valid JSON. `element` reads the element at the cursor. A null in
/// place of the list is read as an empty list. If a member occurs several times, the last one counts.
pub(super) fn read<'a, T>(
    result: &'a str,
    mut element: impl FnMut(&mut Cursor<'a>) -> Result<T, String>,
) -> Results<T> {
    let mut cursor = Cursor::new(result);
    let mut results = Err(ResultsError::Missing);
    if cursor.enter(b'{') {
        while let Some(name) = member_name(&mut cursor) {
            if name == "data" {
                results = data(&mut cursor, &mut element);
            } else {
                cursor.value();
            }
        }
    }
    results
}

/// Reads the value of `data`: a list, with a type or without.
fn data<'a, T>(
    cursor: &mut Cursor<'a>,
    element: &mut impl FnMut(&mut Cursor<'a>) -> Result<T, String>,
) -> Results<T> {
    if !cursor.enter(b'{') {
        return list(cursor, element);
    }
    let mut has_list_type = false;
    let mut results = Err(ResultsError::NotAList);
    while let Some(name) = member_name(cursor) {
        match name.as_ref() {
            "@type" => has_list_type = matches!(cursor.value(), Some("\"g:List\"" | "\"g:Set\"")),
            "@value" => results = list(cursor, element),
            _ => drop(cursor.value()),
        }
    }
    // The type may follow the value.
    if has_list_type {
        results
    } else {
        Err(ResultsError::NotAList)
    }
}

fn list<'a, T>(
    cursor: &mut Cursor<'a>,
    element: &mut impl FnMut(&mut Cursor<'a>) -> Result<T, String>,
) -> Results<T> {
    if !cursor.enter(b'[') {
        return match cursor.value() {
            Some("null") => Ok(Vec::new()),
            _ => Err(ResultsError::NotAList),
        };
    }
    let mut results = Ok(Vec::new());
    while !cursor.leave(b']') {
        let start = cursor.clone();
        if let Ok(elements) = &mut results {
            match element(cursor) {
                Ok(value) => {
                    elements.push(value);
                    continue;
                }
                Err(reason) => results = Err(ResultsError::Element(elements.len(), reason)),
            }
        }
        // The first error counts. The rest is read nevertheless, because a later `data` replaces this list.
        *cursor = start;
        if cursor.value().is_none() {
            break;
        }
    }
    results
}

/// The name of the next member of an object; `None` at its end.
fn member_name<'a>(cursor: &mut Cursor<'a>) -> Option<Cow<'a, str>> {
    if cursor.leave(b'}') {
        return None;
    }
    Some(json_text::unquoted(cursor.value()?).unwrap_or_default())
}
