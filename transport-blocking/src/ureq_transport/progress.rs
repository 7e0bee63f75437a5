//! What is known about an exchange while ureq has the connection.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::HeaderMap;
use neptunedata::{
    TransportError,
    transport::{Sent, TransportErrorKind},
};

use crate::deadlines::Limits;

/// For those on both sides of ureq.
pub(crate) struct Progress(Mutex<State>);

pub(super) struct State {
    limits: Limits,
    pub(super) sent: Sent,
    reused: bool,
    pub(super) failure: Option<TransportError>,
    /// Of the head.
    pub(super) fields: HeaderMap,
    pub(super) trailing: Trailing,
}

/// What there is behind the body.
pub(super) enum Trailing {
    /// Nothing: it is not in chunks.
    None,
    /// Trailers, perhaps none, that are to come.
    Due,
    Here(HeaderMap),
}

impl Progress {
    pub(crate) fn new(limits: Limits, reused: bool) -> Arc<Self> {
        Arc::new(Progress(Mutex::new(State {
            limits,
            sent: Sent::No,
            reused,
            failure: None,
            fields: HeaderMap::new(),
            trailing: Trailing::None,
        })))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn limits(&self) -> Limits {
        self.state().limits
    }

    pub(crate) fn set_limits(&self, limits: Limits) {
        self.state().limits = limits;
    }

    /// An error of this kind, with what is known about the request.
    pub(crate) fn error(&self, kind: TransportErrorKind) -> TransportError {
        let state = self.state();
        let error = TransportError::new(kind, state.sent);
        if state.reused {
            error.on_reused_connection()
        } else {
            error
        }
    }

    /// All fields of the head that was read.
    pub(crate) fn take_fields(&self) -> HeaderMap {
        mem::take(&mut self.state().fields)
    }

    /// The trailers, at the end of a body.
    ///
    /// # Errors
    ///
    /// When they are still to come.
    pub(crate) fn trailers(&self) -> Result<HeaderMap, TransportError> {
        let trailing = mem::replace(&mut self.state().trailing, Trailing::None);
        match trailing {
            Trailing::None => Ok(HeaderMap::new()),
            Trailing::Here(trailers) => Ok(trailers),
            Trailing::Due => Err(self
                .error(TransportErrorKind::Closed)
                .with_source("the connection ended before the trailers did")),
        }
    }

    /// The failure that made the transport give up.
    pub(crate) fn failure(&self) -> Option<TransportError> {
        self.state().failure.take()
    }
}
