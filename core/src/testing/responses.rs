//! Complete responses: successes, error responses and malformed responses.

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

/// An output that can be encoded as a response: the inverse of [`Operation::decode`].
///
/// Implement it for the outputs of your own operations. The outputs of this crate implement it.
pub trait Answer: Serialize {
    /// The response with this output: by default a 200 with the serde form of the output as JSON.
    fn to_response(&self) -> Response<Bytes> {
        json_answer(self)
    }

    /// The kind of body, which decides how tests may change it: by default [`BodyForm::Json`].
    fn form(&self) -> BodyForm {
        BodyForm::Json
    }
}

/// The kind of a response's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyForm {
    /// A JSON object whose members are decoded: white space and unknown members do not change the output.
    Json,
    /// A JSON object whose text is part of the output.
    JsonKept,
    /// Any bytes. A truncated body may be a valid response too.
    Opaque,
}

/// A 200 with this value as JSON.
pub(crate) fn json_answer(value: &(impl Serialize + ?Sized)) -> Response<Bytes> {
    response(
        StatusCode::OK,
        JSON,
        serde_json::to_vec(value).unwrap_or_default(),
    )
}

/// A 200 with this body and, if given, this media type.
pub(crate) fn body_answer(media_type: Option<&str>, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    let media_type = media_type.and_then(|text| HeaderValue::from_str(text).ok());
    if let Some(media_type) = media_type {
        response.headers_mut().insert(CONTENT_TYPE, media_type);
    }
    response
}

fn response(
    status: StatusCode,
    media_type: HeaderValue,
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

/// A successful response of the operation `O`.
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
    /// The decoded response.
    pub output: O::Output,
    /// The response; some have extra white space, an unknown member or a request id.
    pub response: Response<Bytes>,
}

/// An error response with one of the 37 exceptions, in one of the forms that services send.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ErrorResponse {
    /// The exception.
    pub kind: ExceptionKind,
    /// The message of the exception.
    pub message: String,
    /// The response.
    pub response: Response<Bytes>,
}

/// A response that is not valid for the operation `O`: decoding it must not succeed.
#[non_exhaustive]
pub struct MalformedResponse<O> {
    /// What is wrong with the response.
    pub damage: Damage,
    /// The response.
    pub response: Response<Bytes>,
    operation: PhantomData<fn() -> O>,
}

/// What is wrong with a malformed response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Damage {
    /// The JSON is truncated.
    Cut,
    /// Other bytes follow the JSON.
    Trailing,
    /// The JSON is truncated, and an error object follows.
    FailedInTheMiddle,
    /// The body is an HTML page of a proxy, with a 200.
    Html,
    /// The body is not UTF-8.
    InvalidUtf8,
    /// The body is valid JSON, but does not have the structure of a response of the operation.
    Shape,
    /// The body is empty. Not generated for operations with
    /// [`may_answer_empty`](crate::OperationInfo::may_answer_empty).
    Empty,
    /// The body is an error object, with a 200.
    ErrorInside,
    /// The response names a content encoding that was not requested.
    Encoding,
    /// The status is not a success.
    Status,
}

/// Any response that a client of the operation `O` may receive.
#[non_exhaustive]
pub struct AnyResponse<O> {
    /// The response.
    pub response: Response<Bytes>,
    operation: PhantomData<fn() -> O>,
}

/// Variations of a successful response.
#[derive(Debug)]
struct SuccessStyle {
    spaced: bool,
    unknown_member: bool,
    request_id: bool,
}

arbitrary!(SuccessStyle => spaced, unknown_member, request_id);

/// The contents and variations of an error response.
#[derive(Debug)]
struct ErrorStyle {
    exception: ExceptionKind,
    message: String,
    form: ErrorForm,
    status_of_model: bool,
}

arbitrary!(ErrorStyle => exception, message, form, status_of_model);

/// Where the exception's name is.
#[derive(Debug, Clone, Copy)]
enum ErrorForm {
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
    ErrorForm,
    &[
        ErrorForm::Body,
        ErrorForm::Namespace,
        ErrorForm::Header,
        ErrorForm::Capitals
    ][..]
);
one_of!(Damage, Damage::ALL);

arbitrary!(@traits ExceptionKind);
arbitrary!(@traits Damage);

impl Damage {
    /// Every kind of damage.
    pub const ALL: &'static [Damage] = &[
        Damage::Cut,
        Damage::Trailing,
        Damage::FailedInTheMiddle,
        Damage::Html,
        Damage::InvalidUtf8,
        Damage::Shape,
        Damage::Empty,
        Damage::ErrorInside,
        Damage::Encoding,
        Damage::Status,
    ];
}

impl SuccessStyle {
    fn write(&self, output: &impl Answer) -> Response<Bytes> {
        let mut response = output.to_response();
        if self.request_id {
            let id = HeaderValue::from_static("5e3a8c1d-0000-4000-8000-00000000c0de");
            response.headers_mut().insert(REQUEST_ID, id);
        }
        let may_change = output.form() == BodyForm::Json;
        let parsed = serde_json::from_slice::<Value>(response.body());
        if let (true, Ok(Value::Object(mut members))) = (may_change, parsed) {
            if self.unknown_member {
                let unknown = json!({"since": "a later version", "values": [1, null, 2.5]});
                members.insert("xUnknown".to_owned(), unknown);
            }
            let written = if self.spaced {
                serde_json::to_vec_pretty(&members)
            } else {
                serde_json::to_vec(&members)
            };
            if let Ok(body) = written {
                *response.body_mut() = body.into();
            }
        }
        response
    }
}

impl ErrorStyle {
    fn write(self) -> ErrorResponse {
        let (kind, name) = (self.exception, self.exception.name());
        let id = "5e3a8c1d-0000-4000-8000-0000000e4404";
        let body = match self.form {
            ErrorForm::Body => {
                json!({"requestId": id, "code": name, "detailedMessage": self.message})
            }
            ErrorForm::Namespace => {
                json!({"requestId": id, "code": format!("com.amazonaws.neptunedata#{name}"), "detailedMessage": self.message})
            }
            ErrorForm::Header => json!({"message": self.message}),
            ErrorForm::Capitals => json!({"Code": name, "Message": self.message}),
        };
        let status = kind.http_status().filter(|_| self.status_of_model);
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = response(status, JSON, body.to_string());
        let text = format!("{name}:http://internal.amazon.com/");
        if let (ErrorForm::Header, Ok(value)) = (self.form, HeaderValue::from_str(&text)) {
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
    /// Damages a success. `position` says where: a share of the length, in units of 1/65,536.
    fn new(
        output: &O::Output,
        style: &SuccessStyle,
        damage: Damage,
        position: u16,
        error: &ErrorResponse,
    ) -> Self {
        let mut response = style.write(output);
        let damage = match damage {
            // Any bytes are a valid opaque body, even truncated, so damage the status instead.
            _ if output.form() == BodyForm::Opaque => Damage::Status,
            Damage::Empty if O::INFO.may_answer_empty => Damage::Html,
            damage => damage,
        };
        let error = json!({
            "requestId": "5e3a8c1d-0000-4000-8000-0000000e4404",
            "code": error.kind.name(),
            "detailedMessage": format!("{} ", error.message),
        });
        let body = response.body();
        // Keep the opening brace of an object.
        let kept = share_of(body.len(), position).max(1);
        let cut = body.get(..kept).unwrap_or(body);
        let damaged = match damage {
            Damage::Cut => cut.to_vec(),
            Damage::Trailing => [&body[..], b"}</html>"].concat(),
            Damage::FailedInTheMiddle => [cut, error.to_string().as_bytes()].concat(),
            Damage::Html => b"<html><body>502 Bad Gateway</body></html>".to_vec(),
            Damage::InvalidUtf8 => [b"\xff\xfe", &body[..]].concat(),
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
            let status = others.get(share_of(others.len(), position)).copied();
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

/// `length` times `share` / 65,536, which is less than `length`.
fn share_of(length: usize, share: u16) -> usize {
    length.saturating_mul(share.into()) >> 16
}

impl<O> SuccessResponse<O>
where
    O: Operation,
    O::Output: Answer,
{
    fn new(output: O::Output, style: &SuccessStyle) -> Self {
        let response = style.write(&output);
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
        f.debug_struct("SuccessResponse")
            .field("output", &self.output)
            .field("response", &self.response)
            .finish()
    }
}

impl<O> fmt::Debug for MalformedResponse<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MalformedResponse")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{GetEngineStatus, GetEngineStatusOutput};

    #[test]
    fn each_status_that_is_not_a_success_occurs() {
        let style = SuccessStyle {
            spaced: false,
            unknown_member: false,
            request_id: false,
        };
        let error = ErrorStyle {
            exception: ExceptionKind::BadRequestException,
            message: String::new(),
            form: ErrorForm::Body,
            status_of_model: true,
        };
        let (output, error) = (GetEngineStatusOutput::default(), error.write());
        let statuses = (0..=u16::MAX).step_by(1 << 13).map(|position| {
            let damage = Damage::Status;
            MalformedResponse::<GetEngineStatus>::new(&output, &style, damage, position, &error)
                .response
                .status()
                .as_u16()
        });
        let expected = [301, 307, 400, 403, 404, 500, 502, 503];
        assert_eq!(statuses.collect::<Vec<_>>(), expected);
    }
}
