//! The records of the change stream.
use super::ElementChange;
use crate::Change;

pub(crate) fn records(_: &[ElementChange]) -> Vec<Change> {
    Vec::new()
}
