//! Reads requests given as JSON.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{error::FieldError, wire::lenient::elide};
use strict::Strict;
use unknown_members::unknown_members;

mod strict;
#[cfg(test)]
mod tests;
mod unknown_members;

/// Reads `input` as a `T`, whose structs must deny unknown fields.
///
/// # Errors
///
/// All unknown members; without unknown members, the first other fault.
pub(super) fn read<T: DeserializeOwned>(input: &Value) -> Result<T, Vec<FieldError>> {
    serde_path_to_error::deserialize(Strict::new(input)).map_err(|error| {
        // A misspelled member also causes other faults, such as a missing member, so unknown members are
        // reported first.
        let unknown = unknown_members::<T>(input);
        if unknown.is_empty() {
            vec![first_fault(error)]
        } else {
            unknown
        }
    })
}

fn first_fault(error: serde_path_to_error::Error<strict::ValueError>) -> FieldError {
    let mut path = Vec::new();
    // An empty path would be displayed as a dot.
    if error.path().iter().next().is_some() {
        path.push(error.path().to_string());
    }
    let error = error.into_inner();
    path.extend(error.missing_member.map(str::to_owned));
    FieldError::new(elide(&path.join(".")), error.kind)
}
