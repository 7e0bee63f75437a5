//! Executes queries in threads.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::Shared;
use crate::engine::{self, Finished, Observer, Stream, Work};
use crate::failure::Failure;
use crate::{Emulator, Response, Ticket};

/// Starts a thread for this query if it is to be executed now.
pub(super) fn start(shared: &Arc<Shared>, emulator: &mut Emulator, ticket: Ticket) {
    let work = match emulator.take_work(ticket, shared.now()) {
        None => return,
        Some(Ok(work)) => work,
        Some(Err(failure)) => {
            emulator.end_query(ticket, || Err(failure), shared.now());
            return shared.happened();
        }
    };
    let execution = Execution {
        shared: Arc::clone(shared),
        ticket,
        _executing: emulator.executing(),
    };
    let spawned = engine::thread().spawn(move || execution.run(&work));
    if let Err(error) = spawned {
        let failure = Failure::new("InternalFailureException", error.to_string());
        emulator.end_query(ticket, || Err(failure), shared.now());
        shared.happened();
    }
}

/// The execution of a query. It holds the lock of the emulator only while it reports.
struct Execution {
    shared: Arc<Shared>,
    ticket: Ticket,
    _executing: Arc<()>,
}

impl Execution {
    fn run(mut self, work: &Work) {
        work.run(&mut self);
    }

    fn report<T>(&self, report: impl FnOnce(&mut Emulator, crate::Now) -> T) -> T {
        let mut emulator = self.shared.emulator();
        let now = self.shared.now();
        let result = report(&mut emulator, now);
        drop(emulator);
        self.shared.gauge.touch();
        self.shared.happened();
        result
    }
}

impl Observer for Execution {
    fn limit(&mut self, limit: Duration) {
        self.report(|emulator, _| emulator.limit_query(self.ticket, limit));
    }

    fn stream(&mut self, head: Response) -> Option<Stream> {
        self.report(|emulator, now| emulator.stream_query(self.ticket, head, now))
    }

    fn end(&mut self, finish: Box<dyn FnOnce() -> Result<Finished, Failure> + '_>) {
        self.report(|emulator, now| emulator.end_query(self.ticket, finish, now));
    }
}

/// After a panic of the engine, the query would run for ever.
impl Drop for Execution {
    fn drop(&mut self) {
        if thread::panicking() {
            let failure = Failure::new("InternalFailureException", "The engine panicked.");
            self.report(|emulator, now| emulator.end_query(self.ticket, || Err(failure), now));
        }
    }
}
