//! How queries are taken and answered.

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
    /// How many queries run at the same time, of all languages together. Those that come then wait their turn. Default: any
    /// number. Zero counts as one.
    #[must_use]
    pub fn query_slots(mut self, slots: usize) -> Self {
        self.queries.slots = slots.max(1);
        self
    }

    /// How many queries may wait; one more is refused with a `ThrottlingException` (M11). Default 8192, as on clusters.
    #[must_use]
    pub fn query_queue(mut self, queries: usize) -> Self {
        self.queries.queue = queries;
        self
    }

    /// Whether an openCypher query that is cancelled silently answers in SPARQL's form, `results` being an object, as some
    /// engines do (M21). Default false.
    #[must_use]
    pub fn silent_cancel_as_bindings(mut self, bindings: bool) -> Self {
        self.queries.silent_bindings = bindings;
        self
    }

    /// Whether an openCypher query takes the id that a member `queryId` gives it. One page says that it can be given, and
    /// none shows how (M19, U06). Default false: the member is ignored, as members that are not known are.
    #[must_use]
    pub fn open_cypher_query_ids(mut self, taken: bool) -> Self {
        self.queries.open_cypher_ids = taken;
        self
    }

    /// Whether Gremlin answers to `accept: application/json`, or to any type, are typed. The guide lists that type once as
    /// typed and once as untyped (M15). Default false.
    #[must_use]
    pub fn plain_json_typed(mut self, typed: bool) -> Self {
        self.queries.plain_json_typed = typed;
        self
    }

    /// Whether SPARQL and the Graph Store Protocol run for real, on the engine oxigraph in memory, where no script says what
    /// they answer. Default false: the feature alone changes nothing.
    ///
    /// What the engine makes up is not the same every time: labels of blank nodes, `NOW()`, `RAND()` and `UUID()`. Explain
    /// does not show its plans, and change streams do not tell what it stores.
    #[cfg(feature = "oxigraph")]
    #[must_use]
    pub fn rdf_engine(mut self, real: bool) -> Self {
        self.queries.rdf_engine = real;
        self
    }
}
