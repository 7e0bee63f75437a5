//! Whole answers: successes, error answers, and what is neither.

#[cfg(feature = "arbitrary")]
mod by_arbitrary;
#[cfg(feature = "proptest")]
mod by_proptest;

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use serde::Serialize;
use serde_json::{Value, json};

use super::Generate;
use crate::{error::ExceptionKind, operation::Operation};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=UTF-8");

/// An output that can be put on the wire: [`Operation::decode`] backwards.
///
/// For operations of your own; those of the service have it.
pub trait Answer: Serialize {
    /// The answer with this output: by default a 200 with its serde form as JSON.
    fn to_response(&self) -> Response<Bytes> {
        json_answer(self)
    }

    /// What its body is, and so what can be done to it: by default [`BodyForm::Json`].
    fn form(&self) -> BodyForm {
        BodyForm::Json
    }
}

/// What the body of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyForm {
    /// A JSON object of which the members are read: white space and members that nobody knows change
    /// nothing.
    Json,
    /// A JSON object of which the output keeps text.
    JsonKept,
    /// Anything, of which a part may be an answer as well.
    Opaque,
}

/// A 200 with this as JSON.
pub(crate) fn json_answer(value: &(impl Serialize + ?Sized)) -> Response<Bytes> {
    answer(
        StatusCode::OK,
        JSON,
        serde_json::to_vec(value).unwrap_or_default(),
    )
}

/// A 200 with this body, of this media type if there is one.
pub(crate) fn body_answer(media_type: Option<&str>, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    let media_type = media_type.and_then(|text| HeaderValue::from_str(text).ok());
    if let Some(media_type) = media_type {
        response.headers_mut().insert(CONTENT_TYPE, media_type);
    }
    response
}

fn answer(status: StatusCode, media_type: HeaderValue, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

/// A successful answer of the operation `O`.
///
/// ```
/// # #[cfg(feature = "proptest")] {
/// use neptunedata::{ml::GetMlModelTrainingJob, testing::SuccessResponse};
///
/// proptest::proptest!(|(success: SuccessResponse<GetMlModelTrainingJob>)| {
///     let decoded = neptunedata::response::<GetMlModelTrainingJob>(&success.response);
///     assert_eq!(decoded.unwrap(), success.output);
/// });
/// # }
/// ```
#[non_exhaustive]
pub struct SuccessResponse<O: Operation> {
    /// What it decodes to.
    pub output: O::Output,
    /// The answer; with white space, members that nobody knows, or an id of the request, or without.
    pub response: Response<Bytes>,
}

/// An error answer, with one of the 37 exceptions in one of the forms that occur.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ErrorResponse {
    /// What it is.
    pub kind: ExceptionKind,
    /// What it says.
    pub message: String,
    /// The answer.
    pub response: Response<Bytes>,
}

/// An answer that is none of the operation `O`: no decoder may take it for a success.
#[non_exhaustive]
pub struct MalformedResponse<O> {
    /// What is wrong with it.
    pub damage: Damage,
    /// The answer.
    pub response: Response<Bytes>,
    operation: PhantomData<fn() -> O>,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Damage {
    /// The JSON ends too early.
    Cut,
    /// Something follows the JSON.
    Trailing,
    /// It breaks off, and the error object follows.
    FailedInTheMiddle,
    /// It is a page of something on the way, with a 200.
    Html,
    /// It is no text.
    Noise,
    /// It is JSON of another shape.
    Shape,
    /// It is empty. Not for operations that may answer so.
    Empty,
    /// It is an error object, with a 200.
    ErrorInside,
    /// It is in an encoding that nobody asked for, or says so.
    Encoding,
    /// The status is not that of a success.
    Status,
}

/// Any answer that a client of the operation `O` may get.
#[non_exhaustive]
pub struct AnyResponse<O> {
    /// The answer.
    pub response: Response<Bytes>,
    operation: PhantomData<fn() -> O>,
}

/// How an answer is written.
#[derive(Debug)]
struct Manner {
    spaced: bool,
    unknown: bool,
    request_id: bool,
}

arbitrary!(Manner => spaced, unknown, request_id);

/// How an error answer is written.
#[derive(Debug)]
struct Wording {
    exception: ExceptionKind,
    message: String,
    form: Form,
    status_of_model: bool,
}

arbitrary!(Wording => exception, message, form, status_of_model);

/// Where the exception's name is.
#[derive(Debug, Clone, Copy)]
enum Form {
    Body,
    Namespace,
    Header,
    Capitals,
}

macro_rules! one_of {
    ($name:ident, $values:expr) => {
        impl Generate for $name {
            #[cfg(feature = "proptest")]
            fn strategy() -> proptest::strategy::BoxedStrategy<Self> {
                proptest::strategy::Strategy::boxed(proptest::sample::select($values))
            }

            #[cfg(feature = "arbitrary")]
            fn draw(u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<Self> {
                u.choose($values).copied()
            }
        }
    };
}

one_of!(ExceptionKind, ExceptionKind::ALL);
one_of!(
    Form,
    &[Form::Body, Form::Namespace, Form::Header, Form::Capitals][..]
);
one_of!(Damage, Damage::ALL);

arbitrary!(@traits ExceptionKind);
arbitrary!(@traits Damage);

impl Damage {
    /// All there are.
    pub const ALL: &'static [Damage] = &[
        Damage::Cut,
        Damage::Trailing,
        Damage::FailedInTheMiddle,
        Damage::Html,
        Damage::Noise,
        Damage::Shape,
        Damage::Empty,
        Damage::ErrorInside,
        Damage::Encoding,
        Damage::Status,
    ];
}

impl Manner {
    fn write(&self, output: &impl Answer) -> Response<Bytes> {
        let mut response = output.to_response();
        if self.request_id {
            let id = HeaderValue::from_static("5e3a8c1d-0000-4000-8000-00000000c0de");
            response.headers_mut().insert(REQUEST_ID, id);
        }
        let may_change = output.form() == BodyForm::Json;
        let parsed = serde_json::from_slice::<Value>(response.body());
        if let (true, Ok(Value::Object(mut members))) = (may_change, parsed) {
            if self.unknown {
                let unknown = json!({"since": "a later version", "values": [1, null, 2.5]});
                members.insert("xUnknown".to_owned(), unknown);
            }
            let written = match self.spaced {
                true => serde_json::to_vec_pretty(&members),
                false => serde_json::to_vec(&members),
            };
            if let Ok(body) = written {
                *response.body_mut() = body.into();
            }
        }
        response
    }
}

impl Wording {
    fn write(self) -> ErrorResponse {
        let (kind, name) = (self.exception, self.exception.name());
        let id = "5e3a8c1d-0000-4000-8000-0000000e4404";
        let body = match self.form {
            Form::Body => json!({"requestId": id, "code": name, "detailedMessage": self.message}),
            Form::Namespace => {
                json!({"requestId": id, "code": format!("com.amazonaws.neptunedata#{name}"), "detailedMessage": self.message})
            }
            Form::Header => json!({"message": self.message}),
            Form::Capitals => json!({"Code": name, "Message": self.message}),
        };
        let status = kind.http_status().filter(|_| self.status_of_model);
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = answer(status, JSON, body.to_string());
        let text = format!("{name}:http://internal.amazon.com/");
        if let (Form::Header, Ok(value)) = (self.form, HeaderValue::from_str(&text)) {
            response.headers_mut().insert(ERROR_TYPE, value);
        }
        ErrorResponse {
            kind,
            message: self.message,
            response,
        }
    }
}

impl<O> MalformedResponse<O>
where
    O: Operation,
    O::Output: Answer,
{
    /// Damages a success. `place` is where, of 65,536.
    fn new(
        output: &O::Output,
        manner: &Manner,
        damage: Damage,
        place: u16,
        refusal: &ErrorResponse,
    ) -> Self {
        let mut response = manner.write(output);
        let damage = match damage {
            // Other than JSON can be cut without that being seen, and be anything.
            _ if output.form() == BodyForm::Opaque => Damage::Status,
            Damage::Empty if O::INFO.may_answer_empty => Damage::Html,
            damage => damage,
        };
        let error = json!({
            "requestId": "5e3a8c1d-0000-4000-8000-0000000e4404",
            "code": refusal.kind.name(),
            "detailedMessage": format!("{} ", refusal.message),
        });
        let body = response.body();
        let cut = body.get(..part_of(body.len(), place)).unwrap_or(body);
        let damaged = match damage {
            Damage::Cut => cut.to_vec(),
            Damage::Trailing => [&body[..], b"}</html>"].concat(),
            Damage::FailedInTheMiddle => [cut, error.to_string().as_bytes()].concat(),
            Damage::Html => b"<html><body>502 Bad Gateway</body></html>".to_vec(),
            Damage::Noise => [b"\xff\xfe", &body[..]].concat(),
            Damage::Shape => b"17".to_vec(),
            Damage::Empty => Vec::new(),
            Damage::ErrorInside => error.to_string().into_bytes(),
            Damage::Encoding | Damage::Status => body.to_vec(),
        };
        *response.body_mut() = damaged.into();
        if damage == Damage::Encoding {
            let encoding = HeaderValue::from_static("br");
            response.headers_mut().insert(CONTENT_ENCODING, encoding);
        }
        if damage == Damage::Status {
            let others = [301, 307, 400, 403, 404, 500, 502, 503];
            let status = others.get(part_of(others.len(), place)).copied();
            let status = status.and_then(|status| StatusCode::from_u16(status).ok());
            *response.status_mut() = status.unwrap_or(StatusCode::BAD_GATEWAY);
        }
        MalformedResponse {
            damage,
            response,
            operation: PhantomData,
        }
    }
}

/// So many bytes of an object, at least its brace, and not its last.
fn part_of(length: usize, place: u16) -> usize {
    let last = length.saturating_sub(1).max(1);
    let share = length.saturating_mul(place.into()) >> 16;
    share.clamp(1, last)
}

impl<O> SuccessResponse<O>
where
    O: Operation,
    O::Output: Answer,
{
    fn new(output: O::Output, manner: &Manner) -> Self {
        let response = manner.write(&output);
        SuccessResponse { output, response }
    }
}

impl<O> AnyResponse<O> {
    fn new(response: Response<Bytes>) -> Self {
        AnyResponse {
            response,
            operation: PhantomData,
        }
    }
}

impl<O: Operation<Output: fmt::Debug>> fmt::Debug for SuccessResponse<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Success")
            .field("output", &self.output)
            .field("response", &self.response)
            .finish()
    }
}

impl<O> fmt::Debug for MalformedResponse<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Damaged")
            .field("damage", &self.damage)
            .field("response", &self.response)
            .finish_non_exhaustive()
    }
}

impl<O> fmt::Debug for AnyResponse<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.response.fmt(f)
    }
}
