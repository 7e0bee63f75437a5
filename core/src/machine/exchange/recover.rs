//! After a failure: is it sent again, how, and when.

use std::{mem, time::Duration};

use bytes::Bytes;
use http::{
    HeaderMap, StatusCode,
    header::{DATE, RETRY_AFTER},
};

use super::State;
use crate::machine::{BodyEvent, Exchange};
use crate::{
    credentials::Credentials,
    error::{
        Cause, CredentialsError, DecodeErrorKind, Error, ExceptionKind, Sent, ServiceError, Stop,
        TransportErrorKind,
    },
    machine::{
        CallOutput, Now, ResponseMeta, Reuse, Step,
        reauth::{Remedy, remedies},
    },
    retry::{Again, RetryClass, classify, classify_transport},
    signing::SignError,
};

impl Exchange {
    /// Sends again what may be sent again; everything else is the end.
    pub(super) fn failed(
        &mut self,
        cause: Cause,
        answer: Option<(StatusCode, HeaderMap)>,
        body: Bytes,
        now: Now,
    ) -> Step<BodyEvent, CallOutput<()>> {
        let earlier_lost = self.lost;
        let class = class_of(&cause);
        let executed = match &cause {
            Cause::Transport(error) => {
                error.sent() == Sent::Maybe && self.attempts > 0 && self.is_out()
            }
            Cause::Decode(_) => true,
            Cause::Service(error) => class.map_or_else(
                // Nobody knows what stands behind a server error that nobody knows.
                || error.kind == ExceptionKind::Unknown && error.status.is_server_error(),
                RetryClass::may_have_executed,
            ),
            _ => false,
        };
        self.lost |= executed;
        let headers = answer.as_ref().map(|(_, headers)| headers);
        let retry_after = headers.and_then(|headers| retry_after(headers, now));

        let stop = match self.decide(&cause, class, headers, retry_after, now) {
            Ok(step) => return step,
            Err(stop) => stop,
        };
        let meta = answer.map(|(status, headers)| ResponseMeta {
            status,
            headers,
            attempts: self.attempts,
            earlier_may_have_executed: earlier_lost,
        });
        let lasting = class.filter(|class| match class.again(self.effect) {
            Again::Yes => true,
            Again::Once => stop != Stop::Permanent,
            Again::Remedied | Again::No => false,
        });
        // The driver has waited for a connection already; later there may be one.
        let lasting = match &cause {
            Cause::Transport(error) if error.kind() == TransportErrorKind::PoolLimit => {
                Some(RetryClass::NotSent)
            }
            _ => lasting,
        };
        let error = Error::new(self.info.name, cause)
            .with_class(lasting, retry_after)
            .with_answer(meta, body);
        self.state = State::Done;
        Step::fail(
            error
                .with_effect(self.effect)
                .with_attempts(self.attempts, stop)
                .with_execution(self.lost, earlier_lost),
        )
    }

    fn decide(
        &mut self,
        cause: &Cause,
        class: Option<RetryClass>,
        headers: Option<&HeaderMap>,
        retry_after: Option<Duration>,
        now: Now,
    ) -> Result<Step<BodyEvent, CallOutput<()>>, Stop> {
        let class = class.ok_or(Stop::Permanent)?;
        if self.committed {
            return Err(Stop::Permanent);
        }
        let timed_out = match cause {
            // A pooled connection that was closed before anything was sent: at once, over a new one,
            // and not counted. A new one cannot be stale, so this happens once an attempt.
            Cause::Transport(error)
                if error.sent() == Sent::No
                    && error.is_reused()
                    && self.reuse == Reuse::Allowed =>
            {
                self.attempts = self.attempts.saturating_sub(1);
                self.reuse = Reuse::Fresh;
                return Ok(self.attempt(now));
            }
            Cause::Transport(error) => matches!(
                error.kind(),
                TransportErrorKind::Timeout | TransportErrorKind::ConnectTimeout
            ),
            _ => false,
        };
        let again = class.again(self.effect);
        if again == Again::No {
            return Err(Stop::Write);
        }
        if again == Again::Once {
            let seen = match class {
                RetryClass::WrongInstance => &mut self.wrong_instance_seen,
                _ => &mut self.constraint_seen,
            };
            if mem::replace(seen, true) {
                return Err(Stop::Permanent);
            }
        }
        if self.attempts >= self.max_attempts {
            return Err(Stop::Attempts);
        }
        self.reuse = match cause {
            Cause::Transport(_) => Reuse::Fresh,
            _ if class == RetryClass::WrongInstance => Reuse::Fresh,
            _ => Reuse::Allowed,
        };
        if again == Again::Remedied {
            return self
                .reauthenticate(cause, headers, now)
                .ok_or(Stop::Permanent);
        }
        if self.reauth_only {
            return Err(Stop::Attempts);
        }
        let policy = self.session.retry_policy();
        if retry_after.is_some_and(|wait| wait > policy.retry_after_limit) {
            return Err(Stop::RetryAfter);
        }
        if !self.session.quota().pay(timed_out) {
            return Err(Stop::Quota);
        }
        let chosen = self
            .random
            .wait(class.base(policy), self.retries, policy.cap);
        self.retries = self.retries.saturating_add(1);
        self.state = State::Waiting;
        Ok(Step::Wait(chosen.max(retry_after.unwrap_or_default())))
    }

    /// Signs again if that can help, each cure once.
    fn reauthenticate(
        &mut self,
        cause: &Cause,
        headers: Option<&HeaderMap>,
        now: Now,
    ) -> Option<Step<BodyEvent, CallOutput<()>>> {
        let Cause::Service(error) = cause else {
            return None;
        };
        if !self.session.is_signed() {
            return None;
        }
        let (by_time, by_credentials) = remedies(error, headers?);
        if let Some(Remedy::ServerTime(server)) = by_time
            && !self.time_corrected
            && self
                .session
                .skew()
                .correct(server, self.sent_at, self.answered_at)
        {
            self.time_corrected = true;
            return Some(self.attempt(now));
        }
        if by_credentials.is_some() && !mem::replace(&mut self.credentials_refreshed, true) {
            self.refused = Some(error.clone());
            self.state = State::Credentials { refresh: true };
            return Some(Step::Credentials { refresh: true });
        }
        None
    }
}

impl Exchange {
    pub(super) fn unsigned(&mut self, error: SignError) -> Step<BodyEvent, CallOutput<()>> {
        let error = Error::new(self.info.name, error);
        self.end(error)
    }

    pub(super) fn take_credentials(
        &mut self,
        credentials: Credentials,
        refreshed: bool,
        now: Now,
    ) -> Step<BodyEvent, CallOutput<()>> {
        let wall = self.session.skew().apply(now.wall);
        if !credentials.is_expired_at(wall) {
            self.session.renew(&credentials);
            self.credentials = Some(credentials);
            return self.attempt(now);
        }
        if refreshed {
            let reason = "they have expired, and so have those given instead";
            return self.without_credentials(CredentialsError::new(reason));
        }
        self.state = State::Credentials { refresh: true };
        Step::Credentials { refresh: true }
    }

    /// There are no other credentials: the end, and where a refusal asked for them, that refusal is
    /// the reason.
    pub(super) fn without_credentials(
        &mut self,
        error: CredentialsError,
    ) -> Step<BodyEvent, CallOutput<()>> {
        let error = match self.refused.take() {
            Some(refusal) => Error::new(self.info.name, refusal).with_credentials_error(error),
            None => Error::new(self.info.name, error),
        };
        self.end(error)
    }
}

fn class_of(cause: &Cause) -> Option<RetryClass> {
    match cause {
        Cause::Transport(error) => classify_transport(error),
        Cause::Service(error) => classify_service(error),
        // Old engines just stop in the middle of the JSON: a cut, though HTTP does not see it.
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
    // Front ends name expired credentials in ways that the model does not know.
    if error
        .code()
        .is_some_and(|code| code.starts_with("ExpiredToken"))
    {
        return Some(RetryClass::Access);
    }
    classify(error.kind, error.status.as_u16())
}

/// The wait that the server asks for: milliseconds, seconds, or a date.
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
        // More seconds than there is room for are for ever.
        return Some(seconds.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    // By the server's own clock, if it tells it.
    let from = date(DATE.as_str()).unwrap_or(now.wall);
    date(name).map(|until| until.duration_since(from).unwrap_or_default())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
