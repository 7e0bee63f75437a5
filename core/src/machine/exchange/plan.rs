//! What an exchange does: [`Plan`].

use crate::{
    error::EncodeError,
    machine::{NamedQuery, Timeouts},
    operation::{Effect, OperationInfo},
    session::Session,
};

/// Everything that is fixed before the first attempt.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) session: Session,
    pub(super) info: &'static OperationInfo,
    /// Unsigned: each attempt signs a clone. The first resume reports the error.
    pub(super) request: Result<http::Request<bytes::Bytes>, EncodeError>,
    /// The query in the request, if it is cancelled when abandoned. Each attempt gives it a new id.
    pub(super) query: Option<NamedQuery>,
    /// The id in the request, for error texts.
    pub(super) subject: Option<Box<str>>,
    pub(super) effect: Effect,
    pub(super) mode: Mode,
    pub(super) max_attempts: u32,
    /// Sends again only with other credentials or a corrected time: the polling machine around it makes all
    /// other retries.
    pub(super) reauth_only: bool,
    pub(super) max_body_bytes: usize,
    pub(super) timeouts: Timeouts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Bodies are collected up to the body limit.
    Collect,
    /// Bodies of successful responses go to the judge chunk by chunk.
    Stream,
}
