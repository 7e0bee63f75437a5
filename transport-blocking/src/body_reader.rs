//! The body of a response as it arrives.

use std::{
    fmt,
    io::{self, BufRead, Read},
    iter, mem,
};

use bytes::{Buf, Bytes};
use neptunedata::{Error, machine::BodyChunks};

use crate::Run;

/// The body of a response as it arrives, as a reader: see [`Client::bytes`](crate::Client::bytes).
///
/// ```no_run
/// use std::{fs::File, io};
/// use neptunedata_blocking::{Client, Endpoint, sparql::GetGraph};
///
/// let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
/// let mut graph = client.bytes(GetGraph::default_graph());
/// io::copy(&mut graph, &mut File::create("graph.nt")?)?;
/// println!("{:?}", graph.meta().and_then(|meta| meta.request_id()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// **The body is complete only if reading ends without an error**: a query can fail after its first results were sent.
/// [`BodyChunks`] lists the failures that are detected. A failed read contains an [`Error`], which
/// [`downcast`](io::Error::downcast) returns, and each further read fails the same way. If the response is an error,
/// the first read fails. The request is retried according to its effect, but only before the first byte.
///
/// It is a [`BufRead`] without a buffer of its own, so it needs no [`BufReader`](io::BufReader).
/// [`chunks`](BodyReader::chunks) returns the body in chunks. [`meta`](BodyReader::meta) returns status and headers,
/// such as the content type; to see them first, call [`fill_buf`](BufRead::fill_buf).
///
/// Time limits and dropping work as for a [`RowIter`](crate::RowIter): the time between two reads does not count;
/// dropping the reader early closes its connection and, with
/// [`cancel_on_abandon`](crate::CallBuilder::cancel_on_abandon), cancels the query.
#[must_use = "nothing is sent before the first read"]
pub struct BodyReader {
    run: Run<BodyChunks>,
    /// The rest of the last chunk.
    unread: Bytes,
}

neptunedata::body_meta!(BodyReader);

impl BodyReader {
    pub(crate) fn new(run: Run<BodyChunks>) -> Self {
        BodyReader {
            run,
            unread: Bytes::new(),
        }
    }

    /// The rest of the body in chunks. An error is the last item. The boundaries of chunks have no meaning.
    ///
    /// ```no_run
    /// # use neptunedata_blocking::{Client, Endpoint, sparql::ExecuteSparqlQuery};
    /// # let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
    /// let query = ExecuteSparqlQuery::construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }");
    /// for chunk in client.bytes(&query).chunks() {
    ///     println!("{} bytes", chunk?.len());
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn chunks(&mut self) -> impl Iterator<Item = Result<Bytes, Error>> {
        let mut has_failed = false;
        iter::from_fn(move || {
            if has_failed {
                return None;
            }
            let chunk = self.fill().map(|()| mem::take(&mut self.unread));
            has_failed = chunk.is_err();
            chunk.map(|it| (!it.is_empty()).then_some(it)).transpose()
        })
    }

    /// Receives the next chunk if the last one was read. Afterwards, nothing unread means the end of the body.
    fn fill(&mut self) -> Result<(), Error> {
        if self.unread.is_empty() {
            self.unread = self.run.next_item()?.unwrap_or_default();
        }
        Ok(())
    }
}

impl BufRead for BodyReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.fill()?;
        Ok(&self.unread)
    }

    fn consume(&mut self, amount: usize) {
        // More than was read is a mistake of the caller, but must not panic.
        self.unread.advance(amount.min(self.unread.len()));
    }
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = self.fill_buf()?.read(buffer)?;
        self.consume(amount);
        Ok(amount)
    }
}

impl fmt::Debug for BodyReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyReader")
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}
