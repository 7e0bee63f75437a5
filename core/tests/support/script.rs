//! What a scripted server does with each request that it is sent.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use neptunedata::{
    TransportError,
    transport::{Sent, TransportErrorKind},
};

/// What happens to one request.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A complete answer.
    Answer(Answer),
    /// Head and body of an answer, and then the exchange breaks.
    Cut(Answer, TransportErrorKind, Sent),
    /// The exchange breaks before an answer begins.
    Fails(TransportErrorKind, Sent),
    /// The same with an error that says more than kind and whether the request was sent.
    Breaks(TransportError),
    /// A pooled connection was closed before anything was sent over it.
    Stale,
}

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) trailers: HeaderMap,
}

impl Answer {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).expect("a header value"),
        );
        self
    }

    pub(crate) fn trailer(mut self, name: &'static str, value: &str) -> Self {
        self.trailers.append(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).expect("a header value"),
        );
        self
    }

    pub(crate) fn parts(&self) -> http::response::Parts {
        self.whole().into_parts().0
    }

    pub(crate) fn whole(&self) -> http::Response<Bytes> {
        let mut response = http::Response::new(self.body.clone());
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        response
    }
}

impl From<Answer> for Event {
    fn from(answer: Answer) -> Self {
        Event::Answer(answer)
    }
}

pub(crate) fn answer(status: u16, body: impl Into<Bytes>) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).expect("a status"),
        headers: HeaderMap::new(),
        body: body.into(),
        trailers: HeaderMap::new(),
    }
}

/// An answer that every operation of these tests takes for a success.
pub(crate) fn success() -> Answer {
    answer(200, r#"{"status":"Completed","id":"job-1"}"#)
}

/// An error answer as Neptune writes it.
pub(crate) fn exception(status: u16, code: &str) -> Answer {
    refusal(status, code, "boom")
}

pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Answer {
    answer(status, error_object(code, message))
}

pub(crate) fn error_object(code: &str, message: &str) -> String {
    format!(r#"{{"requestId":"r-1","code":"{code}","detailedMessage":"{message}"}}"#)
}

pub(crate) fn failure(kind: TransportErrorKind, sent: Sent) -> TransportError {
    TransportError::new(kind, sent)
}
