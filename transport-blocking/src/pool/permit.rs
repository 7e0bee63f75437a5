//! How leases are counted.

use std::mem;

use super::State;

/// Among which leases that are out it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Limited,
    Extra,
    /// It is over.
    Nowhere,
}

impl State {
    /// Gives the place back.
    pub(super) fn leave(&mut self, place: &mut Place) {
        match mem::replace(place, Place::Nowhere) {
            Place::Limited => self.leased = self.leased.saturating_sub(1),
            Place::Extra => self.extra = self.extra.saturating_sub(1),
            Place::Nowhere => {}
        }
    }

    /// How many leases are out.
    pub(super) fn in_use(&self) -> usize {
        self.leased.saturating_add(self.extra)
    }
}
