//! Fields and headers that a caller adds to a request.

use std::fmt;

use http::{HeaderMap, HeaderName};
use serde_json::Value;

/// Fields, query parameters and headers that a caller adds to a request: those that the service knows
/// but this crate does not.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Extras {
    pub(crate) fields: Vec<(String, Value)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
}

/// Shows only the names, because any value may be a secret.
impl fmt::Debug for Extras {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        let query: Vec<_> = self.query.iter().map(|(name, _)| name).collect();
        let headers: Vec<_> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Extras")
            .field("fields", &fields)
            .field("query", &query)
            .field("headers", &headers)
            .finish()
    }
}

impl Extras {
    /// The query id that replaces any other query id.
    pub(super) fn query_id(&self) -> Option<&str> {
        let fields = self.fields.iter().rev();
        let in_fields = fields.filter_map(|(name, id)| Some((name, id.as_str()?)));
        let in_query = self.query.iter().rev();
        in_query
            .map(|(name, id)| (name, id.as_str()))
            .chain(in_fields)
            .find_map(|(name, id)| (name == "queryId").then_some(id))
    }
}
