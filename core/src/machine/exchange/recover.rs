//! After a failed attempt: whether to send again, how, and when.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderMap, StatusCode,
    header::{DATE, RETRY_AFTER},
};

use super::{Flow, OneTimeRetry};
use crate::machine::Exchange;
use crate::{
    credentials::Credentials,
    error::{
        Cause, CredentialsError, DecodeErrorKind, Error, ExceptionKind, Sent, ServiceError, Stop,
        TransportErrorKind,
    },
    machine::{Io, Now, ResponseMeta, Reuse, Step, exchange::State, reauth::Remedies},
    retry::{RetryClass, RetryRule, classify, classify_transport},
};

/// A failed attempt.
pub(super) struct FailedAttempt {
    pub(super) sent_at: Now,
    /// The head, if it arrived.
    pub(super) received: Option<ReceivedHead>,
    /// The received part of the body.
    pub(super) body: Bytes,
}

/// The head of the response of a failed attempt.
pub(super) struct ReceivedHead {
    pub(super) head_at: Now,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
}

impl Exchange {
    /// Sends the request again if that is allowed, or ends the exchange.
    pub(super) fn failed(&mut self, cause: Cause, attempt: FailedAttempt, now: Now) -> Flow {
        let earlier_may_have_executed = self.retry.may_have_executed;
        let class = class_of(&cause);
        let may_have_executed = match &cause {
            Cause::Transport(error) => error.sent() == Sent::Maybe,
            // Only responses with a success status are decoded, so the server has executed the request.
            Cause::Decode(_) => true,
            Cause::Service(error) => class.map_or_else(
                // Whether an unlisted server error came before or after execution is unknown.
                || error.kind == ExceptionKind::Unknown && error.status.is_server_error(),
                RetryClass::may_have_executed,
            ),
            _ => false,
        };
        self.retry.may_have_executed |= may_have_executed;
        let headers = attempt.received.as_ref().map(|received| &received.headers);
        let retry_after = headers.and_then(|headers| retry_after(headers, now));

        let stop = match self.send_again(&cause, class, &attempt, retry_after, now) {
            Ok(flow) => return flow,
            Err(stop) => stop,
        };
        let meta = attempt.received.map(|received| ResponseMeta {
            status: received.status,
            headers: received.headers,
            attempts: self.retry.attempts,
            earlier_may_have_executed,
        });
        // The error keeps the class only if the caller may try again: it decides `Error::is_retryable`.
        let retryable_class = match &cause {
            // The call does not retry, because the driver has already waited for a connection. But the caller may
            // try again later.
            Cause::Transport(error) if error.kind() == TransportErrorKind::PoolLimit => {
                Some(RetryClass::NotSent)
            }
            _ => class.filter(|class| match class.rule(self.plan.effect) {
                RetryRule::Always => true,
                RetryRule::Once => stop != Stop::Permanent,
                RetryRule::OnceReauthenticated | RetryRule::Never => false,
            }),
        };
        let error = Error::new(self.plan.info.name, cause)
            .with_class(retryable_class, retry_after)
            .with_response(meta, attempt.body);
        self.state = State::Done;
        Step::fail(
            error
                .with_subject(self.plan.subject.clone())
                .with_effect(self.plan.effect)
                .with_attempts(self.retry.attempts, stop)
                .with_execution(self.retry.may_have_executed, earlier_may_have_executed),
        )
    }

    /// Starts another attempt, or the pause before it. Otherwise returns the reason why the call ends.
    fn send_again(
        &mut self,
        cause: &Cause,
        class: Option<RetryClass>,
        attempt: &FailedAttempt,
        retry_after: Option<Duration>,
        now: Now,
    ) -> Result<Flow, Stop> {
        let class = class.ok_or(Stop::Permanent)?;
        if self.retry.committed {
            return Err(Stop::Permanent);
        }
        let timed_out = match cause {
            // The pooled connection was closed before anything was sent: send over a new connection, at once
            // and without counting an attempt. A new connection cannot be stale, so this cannot loop.
            Cause::Transport(error)
                if error.sent() == Sent::No
                    && error.is_reused()
                    && self.retry.reuse == Reuse::Allowed =>
            {
                self.retry.attempts = self.retry.attempts.saturating_sub(1);
                self.retry.reuse = Reuse::Fresh;
                return Ok(self.attempt(now));
            }
            Cause::Transport(error) => matches!(
                error.kind(),
                TransportErrorKind::Timeout | TransportErrorKind::ConnectTimeout
            ),
            _ => false,
        };
        let rule = class.rule(self.plan.effect);
        if rule == RetryRule::Never {
            return Err(Stop::Write);
        }
        if rule == RetryRule::Once {
            let retry = match class {
                RetryClass::WrongInstance => OneTimeRetry::LeaveInstance,
                _ => OneTimeRetry::RetryConstraint,
            };
            if !self.retry.used.insert(retry) {
                return Err(Stop::Permanent);
            }
        }
        if self.retry.attempts >= self.plan.max_attempts {
            return Err(Stop::Attempts);
        }
        // After a failed connection, other pooled connections may be dead too. After `WrongInstance`, only a new
        // DNS lookup can lead to the writer. Any other response proves that the connection works.
        self.retry.reuse = match cause {
            Cause::Transport(_) => Reuse::Fresh,
            _ if class == RetryClass::WrongInstance => Reuse::Fresh,
            _ => Reuse::Allowed,
        };
        if rule == RetryRule::OnceReauthenticated {
            return self
                .reauthenticate(cause, attempt, now)
                .ok_or(Stop::Permanent);
        }
        // The polling machine around this exchange makes this retry itself.
        if self.plan.reauth_only {
            return Err(Stop::Attempts);
        }
        let policy = self.plan.session.retry_policy();
        if retry_after.is_some_and(|wait| wait > policy.max_retry_after) {
            return Err(Stop::RetryAfter);
        }
        let base = class.base(policy);
        let chosen = self
            .retry
            .random
            .full_jitter(base, self.retry.retries, policy.max_backoff);
        let wait = chosen.max(retry_after.unwrap_or_default());
        let until = now.mono.saturating_add(wait);
        // The call has no time left for the pause: end with this failure instead of waiting for nothing.
        if self
            .retry
            .deadline
            .is_some_and(|deadline| deadline <= until)
        {
            return Err(Stop::Deadline(self.plan.timeouts.total.unwrap_or_default()));
        }
        // Paid last, so that only retries that are made cost tokens.
        if !self.plan.session.quota().pay(timed_out) {
            return Err(Stop::Quota);
        }
        self.retry.retries = self.retry.retries.saturating_add(1);
        self.state = State::Waiting { until };
        Ok(Step::Io(Io::Wait))
    }

    /// Signs and sends again if a correct time or fresh credentials can help. Each is tried once.
    fn reauthenticate(&mut self, cause: &Cause, attempt: &FailedAttempt, now: Now) -> Option<Flow> {
        let (Cause::Service(error), Some(received)) = (cause, &attempt.received) else {
            return None;
        };
        if !self.plan.session.is_signed() {
            return None;
        }
        let remedies = Remedies::of(error, &received.headers);
        let skew = self.plan.session.skew();
        if let Some(server) = remedies.server_time
            && !self.retry.used.contains(OneTimeRetry::CorrectTime)
            && skew.correct(server, attempt.sent_at, received.head_at)
        {
            self.retry.used.insert(OneTimeRetry::CorrectTime);
            return Some(self.attempt(now));
        }
        if remedies.refresh_credentials && self.retry.used.insert(OneTimeRetry::RefreshCredentials)
        {
            self.retry.auth_error = Some(error.clone());
            return Some(self.request_credentials(true));
        }
        None
    }

    pub(super) fn take_credentials(
        &mut self,
        credentials: Credentials,
        refreshed: bool,
        now: Now,
    ) -> Flow {
        let wall = self.plan.session.skew().apply(now.wall);
        if !credentials.is_expired_at(wall) {
            self.plan.session.renew(&credentials);
            self.retry.credentials = Some(credentials);
            return self.attempt(now);
        }
        // The provider bypassed its caches and still returned expired credentials: another request would not help.
        if refreshed {
            return self.without_credentials(CredentialsError::expired(&credentials));
        }
        // The credentials may come from a cache, so request them once more without caches.
        self.request_credentials(true)
    }

    /// Ends without credentials. If an authentication error made the machine request them, that error is the cause.
    pub(super) fn without_credentials(&mut self, error: CredentialsError) -> Flow {
        let known = self.retry.credentials.as_ref();
        let error = error.in_place_of(known, self.retry.auth_error.is_some());
        let error = match self.retry.auth_error.take() {
            Some(auth_error) => {
                Error::new(self.plan.info.name, auth_error).with_credentials_error(error)
            }
            None => Error::new(self.plan.info.name, error),
        };
        self.end(error)
    }
}

fn class_of(cause: &Cause) -> Option<RetryClass> {
    match cause {
        Cause::Transport(error) => classify_transport(error),
        Cause::Service(error) => classify_service(error),
        // Old engines can end a body in the middle of the JSON while HTTP reports a complete response.
        Cause::Decode(error) if error.kind() == DecodeErrorKind::Truncated => {
            Some(RetryClass::Lost)
        }
        Cause::Decode(_)
        | Cause::Encode(_)
        | Cause::Sign(_)
        | Cause::Credentials(_)
        | Cause::Wait(_)
        | Cause::Changes(_)
        | Cause::Misuse(_) => None,
    }
}

fn classify_service(error: &ServiceError) -> Option<RetryClass> {
    // Front ends report expired credentials with codes that the service model does not have.
    if error
        .code()
        .is_some_and(|code| code.starts_with("ExpiredToken"))
    {
        return Some(RetryClass::Access);
    }
    classify(error.kind, error.status.as_u16())
}

/// The delay that the server requests: in milliseconds, in seconds, or until a date.
fn retry_after(headers: &HeaderMap, now: Now) -> Option<Duration> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| Some(value.to_str().ok()?.trim()))
    };
    let date = |name: &str| text(name).and_then(|date| httpdate::parse_http_date(date).ok());
    if let Some(millis) = text("x-amz-retry-after").and_then(|millis| millis.parse().ok()) {
        return Some(Duration::from_millis(millis));
    }
    let name = RETRY_AFTER.as_str();
    if let Some(seconds) = text(name).filter(|text| is_number(text)) {
        // Too large for u64: longer than any limit.
        return Some(seconds.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    // Relative to the server's clock, if the response has a date.
    let from = date(DATE.as_str()).unwrap_or(now.wall);
    date(name).map(|until| until.duration_since(from).unwrap_or_default())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
