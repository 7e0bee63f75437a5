use crate::{error::ExceptionKind, operation::Effect, wire::request::RequestWriter};

custom_request! {
    name: "ExecuteFastReset",
    http: POST "/system",
    effect: Write,
    exceptions: &[
        ExceptionKind::AccessDeniedException,
        ExceptionKind::ClientTimeoutException,
        ExceptionKind::ConstraintViolationException,
        ExceptionKind::IllegalArgumentException,
        ExceptionKind::InvalidArgumentException,
        ExceptionKind::InvalidParameterException,
        ExceptionKind::MethodNotAllowedException,
        ExceptionKind::MissingParameterException,
        ExceptionKind::PreconditionsFailedException,
        ExceptionKind::ReadOnlyViolationException,
        ExceptionKind::ServerShutdownException,
        ExceptionKind::TooManyRequestsException,
        ExceptionKind::UnsupportedOperationException,
    ],
    iam_actions: ["ResetDatabase"],
    output: ExecuteFastResetOutput,
    effect_of: effect_of,
    encode: |reset: &ExecuteFastReset, request: &mut RequestWriter<'_>| request.json(reset),

    /// Deletes all data of the cluster, in two steps: the response to [`initiate`](Self::initiate) has a token,
    /// and [`perform`](Self::perform) takes it. In the service model the token is optional: a request for the
    /// second step whose `token` is `None` is sent, and the service rejects it ([M30](crate::wire_notes#m30)).
    ///
    /// Initiating is idempotent: it deletes nothing, and only the newest token is valid, so the returned token
    /// works. The token expires after 60 minutes or when the server restarts.
    ///
    /// The second step is a write, although the service model calls both steps idempotent: it is never retried after a
    /// lost response, because a retry could delete data written in the meantime. If you send it again yourself, an
    /// `InvalidParameterException` ("… does not match database reset token") can mean that the first attempt succeeded.
    ///
    /// All instances restart after the reset. Until then queries fail with a `ServerShutdownException`. Poll
    /// [`GetEngineStatus`](crate::engine::GetEngineStatus) until it succeeds; this takes minutes, during which
    /// connections can be refused. Change streams and the job records of Neptune ML are deleted too. Only the
    /// writer accepts the request; other instances return a `ReadOnlyViolationException`.
    ///
    /// Requires the IAM action `neptune-db:ResetDatabase` for both steps and engine 1.2.1.0.R6 or later.
    ///
    /// ```
    /// use neptunedata::{Endpoint, engine::ExecuteFastReset};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&ExecuteFastReset::initiate(), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/system");
    /// assert_eq!(request.body(), r#"{"action":"initiateDatabaseReset"}"#);
    ///
    /// let body = r#"{"status":"200 OK","payload":{"token":"57c8a2c5-0e5c-4a3d-9b8a-3c9d8e5f2a10"}}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteFastReset>(&response)?;
    /// let token = output.require_token()?;
    ///
    /// let request = neptunedata::request(&ExecuteFastReset::perform(token), &endpoint)?;
    /// assert_eq!(
    ///     request.body(),
    ///     r#"{"action":"performDatabaseReset","token":"57c8a2c5-0e5c-4a3d-9b8a-3c9d8e5f2a10"}"#,
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/manage-console-fast-reset.html>
    pub struct ExecuteFastReset {
        /// The step.
        pub action: FastResetAction,
        /// The token, which the service requires in the second step ([M30](crate::wire_notes#m30)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub token: Option<String>,
    }
}

// The second step needs the token.
arbitrary!(ExecuteFastReset, with = |mut reset: ExecuteFastReset| {
        if reset.action == FastResetAction::PerformDatabaseReset {
            reset.token.get_or_insert_default();
        }
        reset
    } => action, token);

impl ExecuteFastReset {
    /// The first step: requests a token.
    pub fn initiate() -> Self {
        ExecuteFastReset {
            action: FastResetAction::InitiateDatabaseReset,
            token: None,
        }
    }

    /// The second step: deletes all data. The token is from the response to the last [`initiate`](Self::initiate).
    pub fn perform(token: impl Into<String>) -> Self {
        ExecuteFastReset {
            action: FastResetAction::PerformDatabaseReset,
            token: Some(token.into()),
        }
    }
}

fn effect_of(request: &ExecuteFastReset) -> Effect {
    match request.action {
        FastResetAction::InitiateDatabaseReset => Effect::Idempotent,
        _ => Effect::Write,
    }
}

open_enum! {
    /// A step of a fast reset.
    FastResetAction {
        /// Requests a token.
        InitiateDatabaseReset = "initiateDatabaseReset",
        /// Deletes all data.
        PerformDatabaseReset = "performDatabaseReset",
    }
}

output! {
    /// The response to [`ExecuteFastReset`]. The AWS documents disagree about which step has which member
    /// ([M44](crate::wire_notes#m44)).
    pub struct ExecuteFastResetOutput {
        /// A status text such as `200 OK`.
        pub status: Option<String>,
        /// The token, after the first step.
        pub payload: Option<FastResetToken>,
    }
}

impl ExecuteFastResetOutput {
    /// The token for [`ExecuteFastReset::perform`].
    pub fn token(&self) -> Option<&str> {
        self.payload.as_ref()?.token.as_deref()
    }
}

required_member! {
    ExecuteFastReset,
    /// The token for [`ExecuteFastReset::perform`], in the response to [`ExecuteFastReset::initiate`].
    ExecuteFastResetOutput::require_token = "payload.token", |output| output.token()
}

structure! {
    /// The token of a fast reset.
    pub struct FastResetToken {
        /// The token.
        pub token: Option<String>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;

    #[test]
    fn only_initiating_may_be_repeated() {
        assert_eq!(ExecuteFastReset::initiate().effect(), Effect::Idempotent);
        assert_eq!(ExecuteFastReset::perform("t").effect(), Effect::Write);
        let unknown = ExecuteFastReset {
            action: "somethingNew".into(),
            token: None,
        };
        assert_eq!(unknown.effect(), Effect::Write);
    }
}
