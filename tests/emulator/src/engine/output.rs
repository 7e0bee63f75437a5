//! The body of a response: in memory if it is small, otherwise a stream.

use std::io;
use std::mem;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::Observer;
use crate::Response;
use crate::failure::Failure;
use crate::replacement::trailers;

/// The size of the pieces of a stream, in bytes.
const PIECE: usize = 64 * 1024;

/// The rest of a response that has begun. Dropping it ends the body.
pub(crate) struct Stream {
    pieces: SyncSender<Bytes>,
    /// The trailers after a failure.
    failed: Arc<OnceLock<HeaderMap>>,
    request_id: String,
}

impl Stream {
    /// A stream, and what it sends.
    #[cfg(feature = "server")]
    pub(crate) fn new(request_id: String) -> (Self, crate::Generated) {
        // Few, because they are wasted if the client stops reading.
        const PIECES_AHEAD: usize = 2;

        let (pieces, receiver) = std::sync::mpsc::sync_channel(PIECES_AHEAD);
        let failed = Arc::default();
        let generated = crate::Generated::by_query(receiver, Arc::clone(&failed));
        let stream = Self {
            pieces,
            failed,
            request_id,
        };
        (stream, generated)
    }

    /// Waits until there is room for a piece.
    fn send(&self, piece: Bytes) -> io::Result<()> {
        self.pieces.send(piece).map_err(io::Error::other)
    }

    /// Adds the error to the body and to the trailers.
    fn fail(&self, failure: &Failure) -> io::Result<()> {
        let error = failure.clone().into_response(&self.request_id, true).body();
        let response = Response::new(StatusCode::OK, "");
        let _ = self
            .failed
            .set(trailers::bad(response, failure, &error).trailers);
        self.send(error)
    }
}

/// Collects the body of a response, or streams it if it is large.
pub(crate) struct Output<'a> {
    media_type: &'static str,
    observer: &'a mut dyn Observer,
    buffer: Vec<u8>,
    stream: Option<Stream>,
    /// Whether the observer wants the whole body.
    is_whole: bool,
}

impl<'a> Output<'a> {
    pub(crate) fn new(media_type: &'static str, observer: &'a mut dyn Observer) -> Self {
        Self {
            media_type,
            observer,
            buffer: Vec::new(),
            stream: None,
            is_whole: false,
        }
    }

    /// Ends the body. Returns the response, and the stream if the body was streamed: the response is then empty, and
    /// the body ends when the stream is dropped.
    pub(crate) fn end(
        self,
        written: Result<(), Failure>,
    ) -> (Result<Response, Failure>, Option<Stream>) {
        let Some(stream) = self.stream else {
            let response = Response::typed(StatusCode::OK, self.media_type, self.buffer);
            return (written.map(|()| response), None);
        };
        // If sending fails, the client has disconnected.
        let sent = stream.send(self.buffer.into());
        if let (Ok(()), Err(failure)) = (sent, &written) {
            let _ = stream.fail(failure);
        }
        let response = Response::new(StatusCode::OK, "");
        (written.map(|()| response), Some(stream))
    }

    fn send_piece(&mut self) -> io::Result<()> {
        if self.stream.is_none() && !self.is_whole {
            let head = Response::typed(StatusCode::OK, self.media_type, "");
            self.stream = self.observer.stream(head);
            self.is_whole = self.stream.is_none();
        }
        match &self.stream {
            Some(stream) => stream.send(mem::take(&mut self.buffer).into()),
            None => Ok(()),
        }
    }
}

impl io::Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.send_piece()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
