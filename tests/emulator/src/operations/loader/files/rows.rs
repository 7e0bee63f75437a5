//! The nodes and edges in the rows of CSV files.

use super::columns::{Column, Header, Property};
use super::csv::{self, Cell};
use crate::graph::Value;

/// A node or an edge in a row of a file.
#[derive(Debug, PartialEq)]
pub(super) struct Row<'a> {
    /// `None` if the file has no column for ids.
    pub(super) id: Option<String>,
    /// Empty for a row without labels.
    pub(super) labels: Vec<String>,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) values: Vec<Field<'a>>,
}

/// A value of a property.
#[derive(Debug, PartialEq)]
pub(super) struct Field<'a> {
    pub(super) key: &'a str,
    pub(super) value: Value,
    pub(super) is_single: bool,
}

/// Why a row is not loaded.
#[derive(Debug, PartialEq)]
pub(super) struct RowError {
    pub(super) message: String,
    /// Whether a value has another type than its column.
    pub(super) is_mismatch: bool,
}

impl From<String> for RowError {
    fn from(message: String) -> Self {
        Self {
            message,
            is_mismatch: false,
        }
    }
}

/// Reads a row. An empty text in quotes is a value only with `empty_strings`.
pub(super) fn read<'a>(
    header: &'a Header,
    cells: &[Cell<'_>],
    empty_strings: bool,
) -> Result<Row<'a>, RowError> {
    let (found, expected) = (cells.len(), header.columns.len());
    if found != expected {
        return Err(format!("Expected {expected} values, found: {found}").into());
    }
    let mut row = Row {
        id: None,
        labels: Vec::new(),
        from: String::new(),
        to: String::new(),
        values: Vec::new(),
    };
    for (column, cell) in header.columns.iter().zip(cells) {
        match column {
            Column::Id { space, property } => {
                row.id = Some(id(cell, space)?);
                row.values.extend(property.as_ref().map(|key| Field {
                    key,
                    value: Value::String(cell.text.to_string()),
                    is_single: true,
                }));
            }
            Column::From { space } => row.from = id(cell, space)?,
            Column::To { space } => row.to = id(cell, space)?,
            Column::Label if cell.is_blank() => {}
            Column::Label => row.labels = labels(cell, header.is_edges)?,
            Column::Property(property) => values(property, cell, empty_strings, &mut row.values)?,
        }
    }
    Ok(row)
}

/// An id. In another ID space, the same text is another id.
fn id(cell: &Cell<'_>, space: &str) -> Result<String, RowError> {
    if cell.is_blank() {
        return Err("A required value is empty".to_owned().into());
    }
    Ok(if space.is_empty() {
        cell.text.to_string()
    } else {
        format!("{space}-{}", cell.text)
    })
}

fn labels(cell: &Cell<'_>, is_edge: bool) -> Result<Vec<String>, RowError> {
    let labels = if is_edge {
        vec![cell.text.to_string()]
    } else {
        csv::list(&cell.text)
    };
    if labels.iter().any(String::is_empty) {
        return Err("A label is empty".to_owned().into());
    }
    Ok(labels)
}

fn values<'a>(
    property: &'a Property,
    cell: &Cell<'_>,
    empty_strings: bool,
    into: &mut Vec<Field<'a>>,
) -> Result<(), RowError> {
    let mut add = |text: &str| {
        let value = property.kind.read(text).map_err(|message| RowError {
            message,
            is_mismatch: true,
        })?;
        into.push(Field {
            key: &property.name,
            value,
            is_single: property.is_single,
        });
        Ok(())
    };
    if cell.text.is_empty() {
        let is_value = cell.quoted && empty_strings && property.kind == super::values::Kind::String;
        return if is_value { add("") } else { Ok(()) };
    }
    if property.is_list {
        let parts = csv::list(&cell.text);
        let mut parts = parts.iter().filter(|part| !part.is_empty());
        parts.try_for_each(|part| add(part))
    } else {
        add(&cell.text)
    }
}
