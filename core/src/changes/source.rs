//! The change streams of the property graph and the RDF graph.

use crate::{
    operation::Operation,
    streams::{
        Encoding, EventId, GetPropertygraphStream, GetSparqlStream, IteratorType,
        PropertygraphRecord, SparqlRecord,
    },
};

/// An operation that reads a page of a change stream: [`GetPropertygraphStream`] and [`GetSparqlStream`].
pub trait ChangeSource: Operation {
    /// The type of the records, such as `PropertygraphRecord`.
    type Record: ChangeRecord;

    /// The request for the page that starts at this position, with at most `limit` records.
    fn page(start: IteratorType, id: Option<EventId>, limit: Option<i64>) -> Self;

    /// The records of a page; `None` if the member is missing, which is an error.
    fn records(output: Self::Output) -> Option<Vec<Self::Record>>;
}

/// The parts of a record that are needed to follow a change stream. [`PropertygraphRecord`] and
/// [`SparqlRecord`] implement this trait.
pub trait ChangeRecord {
    /// The position of the record in the stream.
    fn event_id(&self) -> Option<EventId>;

    /// Whether the record is the last one of a transaction.
    fn is_last_op(&self) -> bool;
}

macro_rules! sources {
    ($($operation:ident: $record:ident;)*) => {$(
        impl ChangeSource for $operation {
            type Record = $record;

            fn page(start: IteratorType, id: Option<EventId>, limit: Option<i64>) -> Self {
                let mut page = $operation::new().iterator_type(start);
                page.commit_num = id.map(|id| id.commit_num);
                page.op_num = id.map(|id| id.op_num);
                page.limit = limit;
                page.encoding = cfg!(feature = "gzip").then_some(Encoding::Gzip);
                page
            }

            fn records(output: Self::Output) -> Option<Vec<$record>> {
                output.records
            }
        }

        impl ChangeRecord for $record {
            fn event_id(&self) -> Option<EventId> {
                self.event_id
            }

            fn is_last_op(&self) -> bool {
                self.is_last_op.unwrap_or(false)
            }
        }
    )*};
}
sources! {
    GetPropertygraphStream: PropertygraphRecord;
    GetSparqlStream: SparqlRecord;
}
