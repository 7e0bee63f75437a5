use crate::{
    error::ExceptionKind,
    index_rebuild::{RebuildScope, RebuildStatus, WriteBufferSize},
    operation::Effect,
    wire::response::RawResponse,
};

operation! {
    name: "StartIndexRebuild",
    http: POST "/storage/indexes/rebuilds",
    effect: Idempotent,
    exceptions: &[
        ExceptionKind::AccessDeniedException,
        ExceptionKind::ClientTimeoutException,
        ExceptionKind::ConcurrentModificationException,
        ExceptionKind::ConstraintViolationException,
        ExceptionKind::IllegalArgumentException,
        ExceptionKind::InternalFailureException,
        ExceptionKind::InvalidArgumentException,
        ExceptionKind::InvalidParameterException,
        ExceptionKind::MemoryLimitExceededException,
        ExceptionKind::MethodNotAllowedException,
        ExceptionKind::PreconditionsFailedException,
        ExceptionKind::ReadOnlyViolationException,
        ExceptionKind::ResourceNotFoundException,
        ExceptionKind::ServerShutdownException,
        ExceptionKind::TooManyRequestsException,
        ExceptionKind::UnsupportedOperationException,
    ],
    iam_actions: ["StartIndexRebuild"],
    output: StartIndexRebuildOutput,
    effect_of: effect_with_token,
    decode: RawResponse::json_or_payload,

    /// Starts an index rebuild.
    ///
    /// Idempotent when it is sent by a [`Call`](crate::machine::Call): without a
    /// [`client_token`](field@Self::client_token) the call makes a token from its seed and sends it with every
    /// attempt, so that the service recognizes the attempts as one request. Outside of a call there is no token
    /// and the request is a write, because each execution may start another rebuild.
    ///
    /// Only the writer accepts the request, and only if it is provisioned, not serverless; other instances return
    /// a `ReadOnlyViolationException` or `UnsupportedOperationException`. Reads and writes continue during the
    /// rebuild, but a query can fail with a `CancelledByMaintenanceException`. Requires the IAM action
    /// `neptune-db:StartIndexRebuild` ([U24](crate::wire_notes#u24)) and engine 1.5.0.0 or later. No source shows
    /// a complete response ([U14](crate::wire_notes#u14)); the members are those of the service model.
    ///
    /// ```
    /// use neptunedata::{
    ///     Endpoint, index_rebuild::{RebuildScope, RebuildStatus, StartIndexRebuild},
    /// };
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let start = StartIndexRebuild::new().scope(RebuildScope::Quads).client_token("nightly-1");
    /// let request = neptunedata::request(&start, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/storage/indexes/rebuilds?scope=QUADS");
    /// assert_eq!(request.body(), r#"{"clientToken":"nightly-1"}"#);
    ///
    /// let body = r#"{"status":"PREPARING","rebuildId":"9c7a1f0e","scope":"QUADS","concurrency":1,
    ///     "writeBufferSize":"LOW"}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<StartIndexRebuild>(&response)?;
    /// assert_eq!(output.status, Some(RebuildStatus::Preparing));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/storage-index-rebuild.html>
    pub struct StartIndexRebuild {
        /// The number of threads, from 1, which is the service's default. The limit is the writer's number of
        /// virtual CPUs; the response has the number in use.
        pub concurrency: Option<i32> => query("concurrency", 1..=i32::MAX),
        /// The scope of the rebuild. The service's default is `ALL`.
        pub scope: Option<RebuildScope> => query("scope"),
        /// The size of the write buffer. The service's default is `LOW`.
        pub write_buffer_size: Option<WriteBufferSize> => query("writeBufferSize"),
        /// Your own token, by which the service recognizes repeated requests. By default a
        /// [`Call`](crate::machine::Call) generates one.
        pub client_token: Option<String> => token_body("clientToken"),
    }
    /// Rebuilds everything with the service's defaults.
    pub fn new();
}

/// With a token the service recognizes repeated requests. Without one, each execution may start another rebuild.
fn effect_with_token(start: &StartIndexRebuild) -> Effect {
    if start.client_token.is_some() {
        Effect::Idempotent
    } else {
        Effect::Write
    }
}

output! {
    /// The response to [`StartIndexRebuild`].
    pub struct StartIndexRebuildOutput {
        /// Its status.
        pub status: Option<RebuildStatus>,
        /// The id of the rebuild.
        pub rebuild_id: Option<String>,
        /// The scope of the rebuild.
        pub scope: Option<RebuildScope>,
        /// The number of threads in use: the requested number, at most the writer's number of virtual CPUs.
        pub concurrency: Option<i32>,
        /// The size of the write buffer.
        pub write_buffer_size: Option<WriteBufferSize>,
    }
}

required_member! {
    StartIndexRebuild,
    /// The id of the rebuild.
    StartIndexRebuildOutput::require_id = "rebuildId", |output| output.rebuild_id.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{endpoint::Endpoint, operation::Operation};

    /// Tokens of calls are tested in `tests/machine/seeds.rs`, and repeated calls in `tests/effects.rs`.
    #[test]
    fn without_a_call_there_is_no_token() {
        let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
        let request = crate::wire::request::request(&StartIndexRebuild::new(), &endpoint).unwrap();
        assert_eq!(request.body(), "{}");
        assert_eq!(StartIndexRebuild::new().effect(), Effect::Write);
        let own = StartIndexRebuild::new().client_token("own");
        assert_eq!(own.effect(), Effect::Idempotent);
    }
}
