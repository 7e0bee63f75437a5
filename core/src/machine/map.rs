//! [`Map`]: converts the items and the output of a machine.

use std::{fmt, time::Duration};

use super::{AbandonedQuery, Input, Machine, Now, Step};

/// A machine whose items and output are mapped: [`Machine::map`].
pub struct Map<M, F, G> {
    machine: M,
    item: F,
    output: G,
}

impl<M, F, G> Map<M, F, G> {
    pub(super) fn new(machine: M, item: F, output: G) -> Self {
        Map {
            machine,
            item,
            output,
        }
    }
}

impl<M, F, G, J, U> Machine for Map<M, F, G>
where
    M: Machine,
    F: FnMut(M::Item) -> J,
    G: FnMut(M::Output) -> U,
{
    type Item = J;
    type Output = U;

    fn resume(&mut self, input: Input, now: Now) -> Step<J, U> {
        let step = self.machine.resume(input, now);
        step.map(&mut self.item, &mut self.output)
    }

    fn wake_at(&self) -> Option<Duration> {
        self.machine.wake_at()
    }

    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        self.machine.abandoned()
    }

    fn abandon(&mut self) {
        self.machine.abandon();
    }

    fn is_between_polls(&self) -> bool {
        self.machine.is_between_polls()
    }
}

impl<M: fmt::Debug, F, G> fmt::Debug for Map<M, F, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map")
            .field("machine", &self.machine)
            .finish_non_exhaustive()
    }
}
