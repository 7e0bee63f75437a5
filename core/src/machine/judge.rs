//! Whether a response with a success status is a success. The decoder decides.

use bytes::Bytes;
use http::response::Parts;

use super::BodyEvent;
use crate::{
    error::{Cause, DecodeError, DecodeErrorKind},
    operation::OperationInfo,
    wire::{coding, outcome, response::RawResponse},
};

/// Sees a response with a success status as it arrives, and decides whether it is a success. Before
/// [`end`](Judge::end), the [`Exchange`](super::Exchange) has checked the trailers, looked for an error object,
/// and made sure that the body is complete.
///
/// If the judge rejects the response, the exchange may send the request again. The judge must then discard what it
/// saw before the next head.
pub(crate) trait Judge {
    /// The head of a streamed response.
    fn head(&mut self, head: &Parts) -> Verdict {
        let _ = head;
        Verdict::NeedMore
    }

    /// A chunk of a streamed body.
    fn chunk(&mut self, chunk: Bytes) -> Verdict {
        let _ = chunk;
        Verdict::NeedMore
    }

    /// The caller took the item: looks at the rest of the chunk.
    fn next(&mut self) -> Verdict {
        Verdict::NeedMore
    }

    /// The whole response; if the body was streamed, only its last bytes.
    ///
    /// # Errors
    ///
    /// If the response is not a success.
    fn end(&mut self, response: &RawResponse<'_>) -> Result<(), Cause>;
}

/// What a [`Judge`] says about a response that has not ended.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// More of the response is needed.
    NeedMore,
    /// The judge holds an item for the caller.
    Item,
    /// The response is not a success.
    Reject(Box<Cause>),
}

impl Verdict {
    /// Rejects a body in an unsupported content coding before any of it is handed out.
    pub(crate) fn of_coding(info: &OperationInfo, head: &Parts) -> Verdict {
        match coding::unsupported(&head.headers) {
            Some(reason) => {
                let kind = DecodeErrorKind::Encoding;
                let error = DecodeError::new(info.name, kind, "", reason, Bytes::new());
                Verdict::Reject(Box::new(error.into()))
            }
            None => Verdict::NeedMore,
        }
    }
}

/// Accepts every body that does not end in an error object.
pub(super) struct Undecoded;

impl Judge for Undecoded {
    fn end(&mut self, response: &RawResponse<'_>) -> Result<(), Cause> {
        match outcome::from_tail(response) {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }
}

/// As [`Undecoded`], and hands out head and chunks as they arrive.
#[derive(Default)]
pub(super) struct HandOut {
    pub(super) event: Option<BodyEvent>,
}

// `next` is not overridden: a chunk holds one event.
impl Judge for HandOut {
    fn head(&mut self, head: &Parts) -> Verdict {
        self.event = Some(BodyEvent::Head(head.clone()));
        Verdict::Item
    }

    fn chunk(&mut self, chunk: Bytes) -> Verdict {
        self.event = Some(BodyEvent::Chunk(chunk));
        Verdict::Item
    }

    fn end(&mut self, response: &RawResponse<'_>) -> Result<(), Cause> {
        Undecoded.end(response)
    }
}

/// Accepts every body that `decode` decodes.
pub(super) struct Decode<T> {
    pub(super) decode: fn(&RawResponse<'_>) -> Result<T, DecodeError>,
    pub(super) output: Option<T>,
}

impl<T> Judge for Decode<T> {
    fn end(&mut self, response: &RawResponse<'_>) -> Result<(), Cause> {
        match (self.decode)(response) {
            Ok(output) => {
                self.output = Some(output);
                Ok(())
            }
            // A body that does not decode may end in the error object that says why.
            Err(error) => Err(outcome::error_at_tail(error, response)),
        }
    }
}
