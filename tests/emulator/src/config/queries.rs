//! The configuration of queries.

use std::time::Duration;

use crate::{Config, Language};

#[derive(Clone, Debug)]
pub(crate) struct QuerySettings {
    pub(crate) slots: usize,
    pub(crate) queue: usize,
    pub(crate) timeout: Duration,
    pub(crate) silent_bindings: bool,
    pub(crate) open_cypher_ids: bool,
    pub(crate) plain_json_typed: bool,
    pub(crate) strict: bool,
    #[cfg(feature = "oxigraph")]
    pub(crate) rdf_engine: bool,
    #[cfg(feature = "graph")]
    pub(crate) graph_engine: bool,
}

impl Default for QuerySettings {
    fn default() -> Self {
        Self {
            slots: usize::MAX,
            queue: 8192,
            timeout: Duration::from_secs(120),
            silent_bindings: true,
            open_cypher_ids: false,
            plain_json_typed: false,
            strict: false,
            #[cfg(feature = "oxigraph")]
            rdf_engine: false,
            #[cfg(feature = "graph")]
            graph_engine: false,
        }
    }
}

impl QuerySettings {
    /// Whether an engine executes the queries in this language that no script matches.
    pub(crate) fn has_engine(&self, language: Language) -> bool {
        match language {
            #[cfg(feature = "oxigraph")]
            Language::Sparql => self.rdf_engine,
            #[cfg(feature = "graph")]
            Language::OpenCypher => self.graph_engine,
            _ => false,
        }
    }
}

setters! {
    Config;

    /// Whether a query, a report or a Graph Store request that no script matches is refused with a
    /// `BadRequestException`, rather than answered with an empty result. Queries that an engine executes need no script.
    /// Default: false.
    strict(strict: bool) => queries.strict = strict;

    /// How many queries run at the same time, in all languages together. Further queries wait. Default: no limit. Zero
    /// counts as one.
    query_slots(slots: usize) => queries.slots = slots.max(1);

    /// How many queries may wait. A further one gets a `ThrottlingException` ([M11](crate::wire_notes#m11)).
    /// Default: 8192, as on clusters.
    query_queue(queries: usize) => queries.queue = queries;

    /// The cluster parameter `neptune_query_timeout`, which the engine status reports. The server ends
    /// queries that an engine executes after this time with a `TimeLimitExceededException`; other queries
    /// last as long as their scripts say. Default: 120 seconds, as on clusters.
    query_timeout(timeout: Duration) => queries.timeout = timeout;

    /// Whether a silently cancelled openCypher query gets the response in SPARQL's form, with a `head` and an object
    /// as `results`, as AWS's own tests expect ([M21](crate::wire_notes#m21)). With false, it gets an empty list as
    /// `results`. Default: true.
    silent_cancel_as_bindings(bindings: bool) => queries.silent_bindings = bindings;

    /// Whether the member `queryId` sets the id of an openCypher query. The guide says that the id can be set, but
    /// does not show how ([M19](crate::wire_notes#m19), [U06](crate::wire_notes#u06)). Default: false; the member
    /// is ignored like any unknown member.
    open_cypher_query_ids(accepted: bool) => queries.open_cypher_ids = accepted;

    /// Whether Gremlin responses are typed if `accept` is absent or prefers no Gremlin serializer;
    /// `application/json` and `*/*` name no serializer. The guide lists `application/json` once as typed and once as
    /// untyped ([M15](crate::wire_notes#m15)). Default: false.
    plain_json_typed(typed: bool) => queries.plain_json_typed = typed;

    /// Whether SPARQL and the Graph Store Protocol are executed by the in-memory engine oxigraph where no script
    /// matches. Default: false, even with the feature.
    ///
    /// Values that the engine generates differ from run to run: labels of blank nodes, `NOW()`, `RAND()` and `UUID()`.
    /// The server executes each query in its own thread; [`Emulator::handle`](crate::Emulator::handle) executes it
    /// before it returns, without a time limit. Explain does not show its plans.
    #[cfg(feature = "oxigraph")]
    rdf_engine(enabled: bool) => queries.rdf_engine = enabled;

    /// Whether openCypher queries are executed by the in-memory engine marsdb where no script matches. Default: false,
    /// even with the feature.
    ///
    /// The server executes each query in its own thread; [`Emulator::handle`](crate::Emulator::handle) executes it
    /// before it returns, without a time limit. `rand()` differs from run to run. Gremlin does not see this graph: its
    /// results still come from scripts. The page [openCypher](crate::manual::open_cypher) lists what is refused.
    #[cfg(feature = "graph")]
    graph_engine(enabled: bool) => queries.graph_engine = enabled;
}
