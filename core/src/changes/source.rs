//! The two streams.

use crate::{
    operation::Operation,
    streams::{
        Encoding, EventId, GetPropertygraphStream, GetSparqlStream, IteratorType,
        PropertygraphRecord, SparqlRecord,
    },
};

/// An operation that reads a page of a change stream: [`GetPropertygraphStream`] and
/// [`GetSparqlStream`].
pub trait ChangeSource: Operation {
    /// What changed.
    type Record: ChangeRecord;

    /// Asks for the page that begins there, with so many records at most.
    fn page(start: IteratorType, id: Option<EventId>, limit: Option<i64>) -> Self;

    /// The records of an answer; `None` if it does not have any list of them, which is no answer.
    fn records(output: Self::Output) -> Option<Vec<Self::Record>>;
}

/// A record of a change stream.
pub trait ChangeRecord {
    /// Where it stands in the stream.
    fn event_id(&self) -> Option<EventId>;

    /// Whether a transaction ends with it.
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
