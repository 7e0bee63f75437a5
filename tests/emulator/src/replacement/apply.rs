//! Replaces the response to a request, and applies its delivery.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, StatusCode, header};
use serde_json::{Value, json};

use super::{ErrorForm, ErrorResponse, Garbage, Replacement};
use crate::failure::Failure;
use crate::{ConnectionEnd, Delivery, Fault, LogEntry, Now, Outcome, Response};

/// Bytes that are not valid JSON, UTF-8 or HTTP.
const GARBAGE: &[u8] = b"\xff\xfe\x00garbage]}\r\n\r\n";
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const HTML: &str =
    "<html><head><title>Oops</title></head><body><h1>Something is wrong here</h1></body></html>\n";

/// The request data that a replaced response needs.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) entry: &'a LogEntry,
    pub(crate) region: &'a str,
    pub(crate) message_member: bool,
    pub(crate) now: Now,
}

impl Context<'_> {
    pub(crate) fn refuse(&self, failure: Failure) -> Response {
        failure.into_response(&self.entry.request_id, self.message_member)
    }
}

impl Replacement {
    /// The outcome of a request whose own response is `own`.
    pub(crate) fn apply(self, own: Response, context: &Context<'_>) -> Outcome {
        match self {
            Self::CloseBeforeReading(ending) => Fault::BeforeReading(ending).into(),
            Self::NoResponse(ConnectionEnd::Fin) => Fault::CloseWithoutResponse.into(),
            Self::NoResponse(ending) => {
                let delay = Duration::ZERO;
                Fault::NoResponse { delay, ending }.into()
            }
            Self::Unchanged => own.into(),
            Self::Outcome(outcome) => outcome,
            Self::Error(error) => error.response(context).into(),
            Self::Html(status) => html(status).into(),
            Self::Empty => Response::new(StatusCode::OK, "").into(),
            Self::Garbage(Garbage::Body) => json_bytes(StatusCode::OK, GARBAGE).into(),
            Self::Garbage(Garbage::Tail) => {
                let body = [&own.body(), GARBAGE].concat();
                let mut response = own.chunks([body]);
                response.generated = None;
                response.into()
            }
            Self::Garbage(Garbage::Wire) => Fault::NotHttp {
                delay: Duration::ZERO,
                bytes: Bytes::from_static(GARBAGE),
            }
            .into(),
            Self::ErrorInSuccess { code, message } => {
                let mut response = context.refuse(Failure::new(code, message));
                response.head.status = StatusCode::OK;
                response.into()
            }
            Self::Trailers(trailers) => trailers.add_to(own, context).into(),
            Self::Redirect { status, location } => redirect(status, location, context).into(),
            Self::Refused(refusal) => context.refuse(refusal.failure(context)).into(),
        }
    }
}

impl ErrorResponse {
    fn response(self, context: &Context<'_>) -> Response {
        let status = self.status();
        let failure = Failure {
            status,
            code: self.code,
            message: self.message,
        };
        match self.form {
            ErrorForm::Json => context.refuse(failure),
            ErrorForm::Header => {
                let body = json!({ "requestId": context.entry.request_id, "detailedMessage": failure.message });
                json_bytes(status, body.to_string()).header_if_valid(ERROR_TYPE, failure.code)
            }
            ErrorForm::MessageOnly => {
                let body = json!({ "detailedMessage": failure.message });
                json_bytes(status, body.to_string())
            }
            ErrorForm::Text => {
                Response::typed(status, "text/plain; charset=UTF-8", failure.message)
            }
            ErrorForm::Html => html(status),
            ErrorForm::Empty => Response::new(status, ""),
            ErrorForm::NotUtf8 => {
                let code = Value::from(failure.code);
                let mut body = format!("{{\"code\":{code},\"detailedMessage\":\"").into_bytes();
                body.extend_from_slice(b"\xff\xfe\xe9\"}");
                json_bytes(status, body)
            }
        }
    }
}

fn json_bytes(status: StatusCode, body: impl Into<Bytes>) -> Response {
    Response::typed(status, "application/json", body)
}

fn html(status: StatusCode) -> Response {
    Response::typed(status, "text/html", HTML)
}

fn redirect(status: StatusCode, location: Option<String>, context: &Context<'_>) -> Response {
    let location = location.unwrap_or_else(|| {
        let target = context.entry.target.as_str();
        if target.is_empty() { "/" } else { target }.to_owned()
    });
    Response::new(status, "").header_if_valid(header::LOCATION, location)
}

/// Applies a delivery to an outcome.
pub(crate) fn deliver(outcome: Outcome, delivery: Delivery) -> Outcome {
    match outcome {
        Outcome::Response(response) if delivery == Delivery::default() => response.into(),
        Outcome::Response(response) => match delivery.only_cut() {
            Some(after) => crate::plan::cut(response, after),
            None => Fault::Delivered {
                response: Box::new(response),
                delivery: Box::new(delivery),
            }
            .into(),
        },
        Outcome::Fault(Fault::CloseWithoutResponse) if !delivery.delay.is_zero() => {
            Fault::NoResponse {
                delay: delivery.delay,
                ending: ConnectionEnd::Fin,
            }
            .into()
        }
        Outcome::Fault(mut fault) => {
            if let Fault::NoResponse { delay, .. } | Fault::NotHttp { delay, .. } = &mut fault {
                *delay = delay.saturating_add(delivery.delay);
            }
            fault.into()
        }
        // The response of a running query is not available yet, so there is nothing to apply the delivery to.
        Outcome::Pending(ticket) => Outcome::Pending(ticket),
    }
}
