//! What a client of either kind returns piece by piece.

// There are few of these values, and they are not moved.
#![allow(clippy::large_enum_variant)]

use std::{fmt, sync::Arc};

use bytes::Bytes;
use neptunedata::{
    Error,
    changes::{Change, ChangeSource, ChangesSummary, Checkpoint, Transaction},
    machine::{Machine, ResponseMeta},
    rows::{Envelope, RowsSummary},
};
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

/// A running machine.
pub enum Run<M: Machine> {
    /// Of the async client.
    Hyper(Arc<Runtime>, neptunedata_hyper::Run<M>),
    /// Of the blocking client.
    Blocking(neptunedata_blocking::Run<M>),
}

#[allow(missing_docs, clippy::missing_errors_doc)]
impl<M: Machine> Run<M> {
    pub fn next_item(&mut self) -> Result<Option<M::Item>, Error> {
        either_awaited!(self, run => run.next_item())
    }

    pub fn output(self) -> Result<M::Output, Error> {
        either_awaited!(self, run => run.output())
    }
}

impl<M: Machine> fmt::Debug for Run<M>
where
    neptunedata_hyper::Run<M>: fmt::Debug,
    neptunedata_blocking::Run<M>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        either!(self, run => run.fmt(f))
    }
}

/// Rows, as they arrive.
pub enum Rows<T: DeserializeOwned + 'static> {
    /// Of the async client.
    Hyper(Arc<Runtime>, neptunedata_hyper::RowStream<T>),
    /// Of the blocking client.
    Blocking(neptunedata_blocking::RowIter<T>),
}

impl<T: DeserializeOwned + 'static> Iterator for Rows<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        either_awaited!(self, rows => rows.next())
    }
}

#[allow(missing_docs)]
impl<T: DeserializeOwned + 'static> Rows<T> {
    pub fn summary(&self) -> Option<&RowsSummary> {
        either!(self, rows => rows.summary())
    }

    pub fn envelope(&self) -> &Envelope {
        either!(self, rows => rows.envelope())
    }
}

/// A body, as it arrives.
pub enum Body {
    /// Of the async client.
    Hyper(Arc<Runtime>, neptunedata_hyper::BodyStream),
    /// Of the blocking client.
    Blocking(neptunedata_blocking::BodyReader),
}

#[allow(missing_docs)]
impl Body {
    pub fn next_chunk(&mut self) -> Option<Result<Bytes, Error>> {
        match self {
            Body::Hyper(runtime, body) => runtime.block_on(body.next()),
            Body::Blocking(body) => body.chunks().next(),
        }
    }

    /// The rest of the body, and the error after it.
    pub fn read(&mut self) -> (Vec<u8>, Option<Error>) {
        let mut read = Vec::new();
        while let Some(chunk) = self.next_chunk() {
            match chunk {
                Ok(chunk) => read.extend_from_slice(&chunk),
                Err(error) => return (read, Some(error)),
            }
        }
        (read, None)
    }

    pub fn meta(&self) -> Option<&ResponseMeta> {
        either!(self, body => body.meta())
    }
}

/// The transactions of a change stream.
pub enum Changes<O: ChangeSource> {
    /// Of the async client.
    Hyper(Arc<Runtime>, neptunedata_hyper::ChangeStream<O>),
    /// Of the blocking client.
    Blocking(neptunedata_blocking::ChangeIter<O>),
}

impl<O: ChangeSource + 'static> Iterator for Changes<O>
where
    O::Record: Send,
{
    type Item = Result<Transaction<O::Record>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        either_awaited!(self, changes => changes.next())
    }
}

#[allow(missing_docs)]
impl<O: ChangeSource> Changes<O> {
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        either!(self, changes => changes.checkpoint())
    }

    pub fn summary(&self) -> Option<&ChangesSummary> {
        either!(self, changes => changes.summary())
    }
}

/// The records of a change stream.
pub enum Records<O: ChangeSource> {
    /// Of the async client.
    Hyper(Arc<Runtime>, neptunedata_hyper::RecordStream<O>),
    /// Of the blocking client.
    Blocking(neptunedata_blocking::RecordIter<O>),
}

impl<O: ChangeSource + 'static> Iterator for Records<O>
where
    O::Record: Send,
{
    type Item = Result<Change<O::Record>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        either_awaited!(self, records => records.next())
    }
}

#[allow(missing_docs)]
impl<O: ChangeSource> Records<O> {
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        either!(self, records => records.checkpoint())
    }

    pub fn summary(&self) -> Option<&ChangesSummary> {
        either!(self, records => records.summary())
    }
}
