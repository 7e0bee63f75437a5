//! The configuration of queries.

use crate::Config;

#[derive(Clone, Debug)]
pub(crate) struct QuerySettings {
    pub(crate) slots: usize,
    pub(crate) queue: usize,
    pub(crate) silent_bindings: bool,
    pub(crate) open_cypher_ids: bool,
    pub(crate) plain_json_typed: bool,
    #[cfg(feature = "oxigraph")]
    pub(crate) rdf_engine: bool,
}

impl Default for QuerySettings {
    fn default() -> Self {
        Self {
            slots: usize::MAX,
            queue: 8192,
            silent_bindings: false,
            open_cypher_ids: false,
            plain_json_typed: false,
            #[cfg(feature = "oxigraph")]
            rdf_engine: false,
        }
    }
}

impl Config {
    /// How many queries run at the same time, in all languages together. Further queries wait. Default: no limit. Zero
    /// counts as one.
    #[must_use]
    pub fn query_slots(mut self, slots: usize) -> Self {
        self.queries.slots = slots.max(1);
        self
    }

    /// How many queries may wait. A further one gets a `ThrottlingException` (M11). Default: 8192, as on clusters.
    #[must_use]
    pub fn query_queue(mut self, queries: usize) -> Self {
        self.queries.queue = queries;
        self
    }

    /// Whether a silently cancelled openCypher query gets the response in SPARQL's form, with an object as `results`,
    /// as in some engines (M21). Default: false.
    #[must_use]
    pub fn silent_cancel_as_bindings(mut self, bindings: bool) -> Self {
        self.queries.silent_bindings = bindings;
        self
    }

    /// Whether the member `queryId` sets the id of an openCypher query. The guide says that the id can be set, but does
    /// not show how (M19, U06). Default: false; the member is ignored like any unknown member.
    #[must_use]
    pub fn open_cypher_query_ids(mut self, taken: bool) -> Self {
        self.queries.open_cypher_ids = taken;
        self
    }

    /// Whether Gremlin responses to `accept: application/json`, or to any type, are typed. The guide lists this type
    /// once as typed and once as untyped (M15). Default: false.
    #[must_use]
    pub fn plain_json_typed(mut self, typed: bool) -> Self {
        self.queries.plain_json_typed = typed;
        self
    }

    /// Whether SPARQL and the Graph Store Protocol are executed by the in-memory engine oxigraph where no script
    /// matches. Default: false, even with the feature.
    ///
    /// Values that the engine generates differ from run to run: labels of blank nodes, `NOW()`, `RAND()` and `UUID()`.
    /// Explain does not show its plans, and change streams do not record its updates.
    #[cfg(feature = "oxigraph")]
    #[must_use]
    pub fn rdf_engine(mut self, real: bool) -> Self {
        self.queries.rdf_engine = real;
        self
    }
}
