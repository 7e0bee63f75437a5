//! The request writer: turns the members of an operation into an `http::Request`.

mod finish;

use std::{borrow::Cow, collections::BTreeMap};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT_ENCODING, CONTENT_TYPE, TE},
};
use serde::Serialize;

use super::{
    body::Body,
    extras::Extras,
    form, json, percent,
    query::{QueryText, QueryValue},
};
use crate::{
    endpoint::Endpoint,
    error::{EncodeError, FieldError, FieldErrorKind},
    machine::{CancelOperation, NamedQuery, id_of_attempt},
    operation::{Bounds, Operation, OperationInfo},
};

/// Turns a request struct into an unsigned `http::Request`.
///
/// The URI is absolute. The headers are `host`, `te: trailers`, `content-length` (unless the method is `GET`),
/// `content-type` (if there is a body), and the operation's own headers. The same request always gives the same bytes.
///
/// ```
/// use neptunedata::{Endpoint, ml::CancelMlModelTrainingJob};
///
/// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
/// let request = neptunedata::request(&CancelMlModelTrainingJob::new("job-1").clean(true), &endpoint)?;
/// assert_eq!(request.method(), "DELETE");
/// assert_eq!(request.uri().path_and_query().unwrap(), "/ml/modeltraining/job-1?clean=true");
/// assert_eq!(
///     request.headers()["host"],
///     "my-db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the request is invalid. The error lists all invalid members.
pub fn request<O: Operation>(
    operation: &O,
    endpoint: &Endpoint,
) -> Result<http::Request<Bytes>, EncodeError> {
    let extras = Extras::default();
    let mut writer = RequestWriter::new(O::INFO, endpoint, &extras);
    operation.encode(&mut writer);
    writer.finish()
}

/// The request of a call.
pub(crate) struct Prepared {
    pub(crate) request: Result<http::Request<Bytes>, EncodeError>,
    /// Whether the request contains the token of the call.
    pub(crate) has_token: bool,
    /// The query in the request, if it can be cancelled.
    pub(crate) query: Option<NamedQuery>,
    /// The subject of the request, for errors.
    pub(crate) subject: Option<Box<str>>,
}

/// Encodes the request of a call. With `name_query`, a query without an id is given one.
pub(crate) fn request_of_call<O: Operation>(
    operation: &O,
    endpoint: &Endpoint,
    extras: &Extras,
    seed: u64,
    name_query: bool,
) -> Prepared {
    let mut writer = RequestWriter::new(O::INFO, endpoint, extras);
    writer.seed = Some(seed);
    writer.name_query = name_query;
    operation.encode(&mut writer);
    let has_token = writer.has_token;
    let mut query = writer.query.take().filter(|_| name_query);
    let subject = writer.subject.take();
    let request = writer.finish();
    if let (Some(query), Ok(request)) = (&mut query, &request) {
        query.share_unless_unique_in(request.body());
    }
    Prepared {
        request,
        has_token,
        query,
        subject,
    }
}

/// Builds the request of an operation, in [`Operation::encode`].
///
/// The methods do not fail. They collect errors, so that the caller gets all of them at once.
#[derive(Debug)]
pub struct RequestWriter<'a> {
    info: &'static OperationInfo,
    endpoint: &'a Endpoint,
    /// Fields and headers that the caller adds.
    extras: &'a Extras,
    /// The path and the query.
    target: String,
    /// The rest of the path template, which begins with the next label.
    template: &'static str,
    has_query: bool,
    /// Query parameters that exclude each other.
    exclusive: &'static [&'static str],
    headers: HeaderMap,
    body: Option<Body>,
    errors: Vec<FieldError>,
    /// The seed of the call; `None` outside of a call.
    seed: Option<u64>,
    has_token: bool,
    /// Whether a query without an id is given one.
    name_query: bool,
    query: Option<NamedQuery>,
    subject: Option<Box<str>>,
}

impl<'a> RequestWriter<'a> {
    pub(crate) fn new(
        info: &'static OperationInfo,
        endpoint: &'a Endpoint,
        extras: &'a Extras,
    ) -> Self {
        let mut target = String::with_capacity(endpoint.base_path().len().saturating_add(256));
        target.push_str(endpoint.base_path());
        // Room for the headers of signing too, so that the map does not grow.
        let header_capacity = if info.method == Method::POST { 8 } else { 6 };
        let mut writer = RequestWriter {
            info,
            endpoint,
            extras,
            target,
            template: info.path,
            has_query: false,
            exclusive: &[],
            headers: HeaderMap::with_capacity(header_capacity),
            body: None,
            errors: Vec::new(),
            seed: None,
            has_token: false,
            name_query: false,
            query: None,
            subject: None,
        };
        // The service reports in trailers that it failed after the status 200. Which operations do so is not
        // known (U28), so every request accepts trailers.
        writer
            .headers
            .insert(TE, HeaderValue::from_static("trailers"));
        writer.copy_template();
        writer
    }

    /// Copies the path template up to its next label.
    fn copy_template(&mut self) {
        let (literal, rest) = match self.template.find('{') {
            Some(brace) => self
                .template
                .split_at_checked(brace)
                .unwrap_or((self.template, "")),
            None => (self.template, ""),
        };
        self.target.push_str(literal);
        self.template = rest;
    }

    /// Sets the next label of the path. Call it in the order of the path template.
    ///
    /// An empty value and the values `.` and `..` are errors, because they would change the path.
    pub fn label(&mut self, field: &'static str, value: &str) {
        let label = self
            .template
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'));
        match label {
            Some((name, rest)) if name == field => self.template = rest,
            _ => self.reject(
                field,
                FieldErrorKind::Other("is not the next label of the path template".into()),
            ),
        }
        match value {
            "" => self.reject(field, FieldErrorKind::EmptyLabel),
            "." | ".." => self.reject(field, FieldErrorKind::DotSegment),
            _ => {
                percent::encode_into(&mut self.target, value);
                self.subject(value);
            }
        }
        self.copy_template();
    }

    /// Sets the [subject](crate::error::Error::subject) of errors about this request. Path labels and query ids set it
    /// too; only the first value is used, cut to 128 characters. Do not pass a query text or a secret.
    pub fn subject(&mut self, value: &str) {
        const LIMIT: usize = 128;
        if value.is_empty() || self.subject.is_some() {
            return;
        }
        // The characters of a short value need not be counted.
        let end = if value.len() > LIMIT {
            value.char_indices().nth(LIMIT).map(|(end, _)| end)
        } else {
            None
        };
        self.subject = Some(match end.and_then(|end| value.get(..end)) {
            Some(start) => format!("{start}…").into(),
            None => value.into(),
        });
    }

    /// Adds a query parameter, unless the value is `None`.
    pub fn query<V: QueryValue + ?Sized>(&mut self, field: &str, value: &V) {
        let before = self.target.len();
        let had_query = self.has_query;
        self.query_name(field);
        if !value.write_to(&mut QueryText(&mut self.target)) {
            // No value: remove the name again.
            self.target.truncate(before);
            self.has_query = had_query;
        }
    }

    /// Adds a query parameter without a value, such as `?default`. It is signed like an empty value.
    pub fn query_flag(&mut self, name: &str) {
        self.query_name(name);
        // The `=` that `query_name` has written.
        self.target.pop();
    }

    /// Declares mutually exclusive query parameters: it is an error if the request has more than one of them, or
    /// one of them twice. Parameters that the caller adds count too.
    pub fn exclusive_query(&mut self, names: &'static [&'static str]) {
        self.exclusive = names;
    }

    fn query_name(&mut self, name: &str) {
        self.target.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        percent::encode_into(&mut self.target, name);
        self.target.push('=');
    }

    /// Sets a header from the member `field`.
    pub fn header(&mut self, field: &'static str, name: HeaderName, value: &str) {
        match HeaderValue::from_str(value) {
            Ok(value) => {
                self.headers.insert(name, value);
            }
            Err(_) => self.reject(field, FieldErrorKind::HeaderValue),
        }
    }

    /// Sets the body to `value` as JSON. Integers of up to 128 bits keep their digits.
    ///
    /// It is an error, with the path of the value, if the value contains NaN, an infinity, bytes, or a map with keys
    /// that are not strings: JSON cannot represent them. A [`serde_json::Value`] that was made from NaN or an infinity
    /// contains null, and is accepted.
    pub fn json<T: Serialize + ?Sized>(&mut self, value: &T) {
        match json::to_string(value) {
            Ok(text) => self.body = Some(Body::Json(text)),
            Err(error) => self.errors.push(error),
        }
    }

    /// Sets the body to `fields` as a form (`application/x-www-form-urlencoded`).
    pub fn form(&mut self, fields: &[(&str, &str)]) {
        self.header("", CONTENT_TYPE, form::MEDIA_TYPE);
        self.body = Some(Body::form(fields, self.has_extra_fields()));
    }

    fn has_extra_fields(&self) -> bool {
        !self.extras.fields.is_empty()
    }

    /// Sets the body to these bytes of this media type; `field` is the member with the media type.
    pub fn body(&mut self, field: &'static str, media_type: &str, body: impl Into<Vec<u8>>) {
        self.header(field, CONTENT_TYPE, media_type);
        self.body = Some(Body::Written(body.into()));
    }

    /// The idempotency token of the call, by which the service recognizes all attempts as the same
    /// request: a UUID derived from the seed of the call. `None` outside of a call, as in [`request`].
    ///
    /// Call this only if the request contains the returned token: the call then treats the request as
    /// [`Effect::Idempotent`](crate::operation::Effect::Idempotent).
    pub fn call_token(&mut self) -> Option<String> {
        let token = self.seed.map(crate::machine::uuid);
        self.has_token |= token.is_some();
        token
    }

    /// The id of the query in the request: `own`, or, if the call [cancels abandoned
    /// queries](crate::machine::CallOptions::cancel_on_abandon), a UUID derived from the seed of the call. `C` is the
    /// operation that cancels the query. Call this only if the request contains the returned id.
    ///
    /// If the body contains the derived UUID exactly once, each further attempt of the call replaces it with a new
    /// UUID. Otherwise all attempts have the same UUID. Do not put the id elsewhere in the request: it is replaced
    /// only in the body.
    pub fn query_id<'i, C: CancelOperation>(
        &mut self,
        own: Option<&'i str>,
    ) -> Option<Cow<'i, str>> {
        let id = match (own, self.seed) {
            (Some(own), _) => Some(Cow::Borrowed(own)),
            (None, Some(seed)) if self.name_query && self.extras.query_id().is_none() => {
                Some(Cow::Owned(id_of_attempt(seed, 1)))
            }
            (None, _) => None,
        };
        let is_derived = matches!(id, Some(Cow::Owned(_)));
        // A derived id is not used as the subject, because it changes with each attempt.
        let extra = self.extras.query_id().map(str::to_owned);
        if let Some(given) = extra.as_deref().or(own) {
            self.subject(given);
        }
        let seed = self.seed.filter(|_| is_derived);
        let sent_id = self.extras.query_id().or(id.as_deref());
        self.query = sent_id.map(|id| NamedQuery::new::<C>(id.to_owned(), seed));
        id
    }

    /// Reports an error if a number is outside of its bounds, which are inclusive. `None` is valid.
    pub fn bounds(&mut self, field: &'static str, value: Option<impl Into<i64>>, bounds: Bounds) {
        let (min, max) = bounds.into_inner();
        let range = i64::from(min)..=i64::from(max);
        if value.is_some_and(|value| !range.contains(&value.into())) {
            self.reject(
                field,
                FieldErrorKind::OutOfRange {
                    min: min.into(),
                    max: max.into(),
                },
            );
        }
    }

    /// Reports an invalid member: the request is rejected, and the error has this member.
    pub fn reject(&mut self, field: impl Into<Cow<'static, str>>, kind: FieldErrorKind) {
        self.errors.push(FieldError::new(field, kind));
    }
}

/// Methods for places of members that only a few operations use. `operation!` calls them by name.
impl RequestWriter<'_> {
    /// Sets a header to a value that needs no check.
    pub(crate) fn valid_header(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.insert(name, value);
    }

    /// Adds a query parameter with the id that the request is about. The id must not be empty.
    pub(crate) fn id_query(&mut self, field: &'static str, id: &str) {
        self.check_id(field, id);
        self.query(field, id);
    }

    /// Reports an empty id, and notes the id for errors.
    pub(crate) fn check_id(&mut self, field: &'static str, id: &str) {
        if id.is_empty() {
            self.reject(field, FieldErrorKind::Other("must not be empty".into()));
        }
        self.subject(id);
    }

    /// Adds the header `Accept-Encoding`, if the request has an encoding.
    pub(crate) fn accept_encoding<E: AsRef<str>>(
        &mut self,
        field: &'static str,
        encoding: &Option<E>,
    ) {
        if let Some(encoding) = encoding {
            self.header(field, ACCEPT_ENCODING, encoding.as_ref());
        }
    }

    /// Sets a JSON body that contains the caller's token or, if there is none, the
    /// [token of the call](Self::call_token).
    pub(crate) fn token_body(&mut self, field: &'static str, own: &Option<String>) {
        let token = own.clone().or_else(|| self.call_token());
        let body: BTreeMap<_, _> = token.map(|token| (field, token)).into_iter().collect();
        self.json(&body);
    }
}
