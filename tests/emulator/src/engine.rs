//! What the query engines have in common: how a request is executed, stopped, observed and ended.

use std::fmt;
use std::panic::resume_unwind;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

pub(crate) use self::output::{Output, Stream};
use crate::failure::Failure;
use crate::{Change, ChangeStream, Response};

mod output;

/// The stack of a thread that executes a query, in bytes. Parsers and engines are recursive, and a level of the
/// syntax tree takes up to 50 KiB without optimization.
const STACK: usize = 64 << 20;

/// A request for an engine. It needs the data but not the emulator, so the server executes it in a thread.
pub(crate) enum Work {
    #[cfg(feature = "oxigraph")]
    Rdf(crate::rdf::Work),
    #[cfg(feature = "graph")]
    Graph(crate::graph::Work),
}

impl Work {
    /// Executes the request to its end.
    pub(crate) fn run(&self, observer: &mut dyn Observer) {
        match self {
            #[cfg(feature = "oxigraph")]
            Self::Rdf(work) => work.run(observer),
            #[cfg(feature = "graph")]
            Self::Graph(work) => work.run(observer),
        }
    }

    /// Executes the request in a thread with enough stack, and waits for its end.
    pub(crate) fn execute(&self) -> Result<Finished, Failure> {
        struct End(Result<Finished, Failure>);

        impl Observer for End {
            fn end(&mut self, finish: Box<dyn FnOnce() -> Result<Finished, Failure> + '_>) {
                self.0 = finish();
            }
        }

        let run = || {
            let mut end = End(Err(internal("The request was not executed.")));
            self.run(&mut end);
            end.0
        };
        thread::scope(|scope| {
            let spawned = thread().spawn_scoped(scope, run).map_err(internal)?;
            let ended = spawned.join();
            ended.unwrap_or_else(|panic| resume_unwind(panic))
        })
    }
}

/// What a request did.
pub(crate) struct Finished {
    pub(crate) response: Response,
    /// The commit for a change stream. Without changes, no commit is added.
    pub(crate) commit: Option<(ChangeStream, Vec<Change>)>,
}

impl From<Response> for Finished {
    fn from(response: Response) -> Self {
        Self {
            response,
            commit: None,
        }
    }
}

/// Receives the events of a request while it is executed.
pub(crate) trait Observer {
    /// The query has set its own time limit.
    fn limit(&mut self, _: Duration) {}

    /// The body is larger than one piece. Returns where its pieces go; `None` if the whole response is wanted.
    fn stream(&mut self, _head: Response) -> Option<Stream> {
        None
    }

    /// The request was executed. `finish` is the last step, such as a commit; it must not be called if the query was
    /// stopped meanwhile.
    fn end(&mut self, finish: Box<dyn FnOnce() -> Result<Finished, Failure> + '_>);
}

/// Stops the execution of a request.
#[derive(Clone, Default)]
pub(crate) struct Stop {
    /// Stops the RDF engine.
    #[cfg(feature = "oxigraph")]
    pub(crate) rdf: oxigraph::sparql::CancellationToken,
    /// Stops the engine of the property graph.
    #[cfg(feature = "graph")]
    pub(crate) graph: marsdb_query::CancellationToken,
    /// The error of the query; `None` if its results end as if they were complete.
    reason: Arc<OnceLock<Option<Failure>>>,
}

impl Stop {
    #[cfg(feature = "server")]
    pub(crate) fn stop(&self, reason: Option<Failure>) {
        // The first reason counts.
        let _ = self.reason.set(reason);
        #[cfg(feature = "oxigraph")]
        self.rdf.cancel();
        #[cfg(feature = "graph")]
        self.graph.cancel();
    }

    /// # Errors
    ///
    /// Why the request was stopped.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.reason.get().is_some() {
            Err(self.failure())
        } else {
            Ok(())
        }
    }

    /// Whether the request was stopped without an error.
    #[cfg(feature = "oxigraph")]
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self.reason.get(), Some(None))
    }

    pub(crate) fn failure(&self) -> Failure {
        let reason = self.reason.get().cloned().flatten();
        reason.unwrap_or_else(|| internal("The query was stopped."))
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop").finish_non_exhaustive()
    }
}

/// A thread for the execution of a query.
pub(crate) fn thread() -> thread::Builder {
    thread::Builder::new()
        .name("neptune-query".to_owned())
        .stack_size(STACK)
}

/// An error that an in-memory engine should never return.
pub(crate) fn internal(error: impl fmt::Display) -> Failure {
    Failure::new("InternalFailureException", error.to_string())
}
