//! Counting the leases that are out.

use std::mem;

use super::State;

/// How a lease counts towards the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Permit {
    Limited,
    Extra,
    /// The lease is over.
    Released,
}

impl State {
    /// Returns the permit.
    pub(super) fn leave(&mut self, permit: &mut Permit) {
        match mem::replace(permit, Permit::Released) {
            Permit::Limited => self.leased = self.leased.saturating_sub(1),
            Permit::Extra => self.extra = self.extra.saturating_sub(1),
            Permit::Released => {}
        }
    }

    /// How many leases are out.
    pub(super) fn in_use(&self) -> usize {
        self.leased.saturating_add(self.extra)
    }
}
