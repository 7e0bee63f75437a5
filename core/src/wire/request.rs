//! The request writer: from an operation's members to an `http::Request`.

use std::{borrow::Cow, collections::BTreeMap};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri,
    header::{
        ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TE, TRANSFER_ENCODING,
    },
};
use serde::Serialize;

use super::{
    body::Body,
    extras::Extras,
    form, percent,
    query::{QueryText, QueryValue},
};
use crate::{
    endpoint::Endpoint,
    error::{EncodeError, FieldError, FieldErrorKind},
    machine::{CancelOperation, NamedQuery, id_of_attempt},
    operation::{Bounds, Operation, OperationInfo},
    streams::Encoding,
};

/// The longest URI that `http::Uri` and Neptune's front end take, in bytes.
const MAX_URI: usize = 65_534;

/// Headers that extras must not set: they follow from the request, or from signing it.
const RESERVED: [HeaderName; 6] = [
    HOST,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    AUTHORIZATION,
    HeaderName::from_static("x-amz-date"),
    HeaderName::from_static("x-amz-security-token"),
];

/// Turns a request struct into an unsigned `http::Request`.
///
/// The URI is absolute, the `host` header is set, and so are `content-type` and `content-length`
/// where there is a body. The same request gives the same bytes.
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
/// When the request cannot be right: every fault is named, with its member.
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
    /// It has the call's token in it.
    pub(crate) has_token: bool,
    /// The query in it, if it can be cancelled.
    pub(crate) query: Option<NamedQuery>,
    /// What it is about, for errors.
    pub(crate) subject: Option<Box<str>>,
}

/// The request of a call. With `name_query` a query in it is given an id.
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
        query.keep_unless_once_in(request.body());
    }
    Prepared {
        request,
        has_token,
        query,
        subject,
    }
}

/// What an operation writes itself into: [`Operation::encode`].
///
/// Nothing here fails at once. Faults are collected, so that the caller learns all of them.
#[derive(Debug)]
pub struct RequestWriter<'a> {
    info: &'static OperationInfo,
    endpoint: &'a Endpoint,
    /// What the caller adds.
    extras: &'a Extras,
    uri: String,
    /// What is left of the path template, from the next label on.
    template: &'static str,
    has_query: bool,
    /// Query parameters of which a request has one.
    exclusive: &'static [&'static str],
    headers: HeaderMap,
    body: Option<Body>,
    faults: Vec<FieldError>,
    /// Of the call that the request is for.
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
        let mut uri = String::with_capacity(endpoint.url().len().saturating_add(256));
        uri.push_str(endpoint.url());
        let mut writer = RequestWriter {
            info,
            endpoint,
            extras,
            uri,
            template: info.path,
            has_query: false,
            exclusive: &[],
            headers: HeaderMap::with_capacity(6),
            body: None,
            faults: Vec::new(),
            seed: None,
            has_token: false,
            name_query: false,
            query: None,
            subject: None,
        };
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
        self.uri.push_str(literal);
        self.template = rest;
    }

    /// Fills the next label of the path. Labels come in the order of the path template.
    ///
    /// An empty value and the values `.` and `..` are faults: they would address something else.
    pub fn label(&mut self, field: &'static str, value: &str) {
        let label = self
            .template
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'));
        match label {
            Some((name, rest)) if name == field => self.template = rest,
            _ => self.fault(
                field,
                FieldErrorKind::Other("is not the next label of the path".into()),
            ),
        }
        match value {
            "" => self.fault(field, FieldErrorKind::EmptyLabel),
            "." | ".." => self.fault(field, FieldErrorKind::DotSegment),
            _ => {
                percent::encode_into(&mut self.uri, value);
                self.subject(value);
            }
        }
        self.copy_template();
    }

    /// Notes what the request is about, for errors: [`Error::subject`](crate::error::Error::subject). Path labels
    /// and ids of queries are noted already; the first one counts. Pass neither a query text nor a secret.
    pub fn subject(&mut self, value: &str) {
        const LIMIT: usize = 128;
        if value.is_empty() || self.subject.is_some() {
            return;
        }
        let end = value.char_indices().nth(LIMIT).map(|(end, _)| end);
        self.subject = Some(match end.and_then(|end| value.get(..end)) {
            Some(start) => format!("{start}…").into(),
            None => value.into(),
        });
    }

    /// Adds a query parameter; a `None` adds nothing.
    pub fn query<V: QueryValue + ?Sized>(&mut self, field: &str, value: &V) {
        let before = self.uri.len();
        let had_query = self.has_query;
        self.query_name(field);
        if !value.write_to(&mut QueryText(&mut self.uri)) {
            self.uri.truncate(before);
            self.has_query = had_query;
        }
    }

    /// Adds a query parameter without a value: `?default`. It is signed as if it had an empty one.
    pub fn query_flag(&mut self, name: &str) {
        self.query_name(name);
        self.uri.pop();
    }

    /// Says that the request has just one of these query parameters, and once. Others that a caller adds
    /// are a fault.
    pub fn exclusive_query(&mut self, names: &'static [&'static str]) {
        self.exclusive = names;
    }

    /// Reports more than one of the parameters that exclude each other.
    fn check_exclusive(&mut self) {
        let query = self.uri.split_once('?').map_or("", |(_, query)| query);
        let names = query.split('&').filter_map(|pair| pair.split('=').next());
        let mut found = names.filter(|name| self.exclusive.contains(name));
        if let (Some(_), Some(second)) = (found.next(), found.next()) {
            let second = second.to_owned();
            let reason = format!("only one of {} is allowed", self.exclusive.join(", "));
            self.fault(second, FieldErrorKind::Other(reason.into()));
        }
    }

    /// Takes out the parameters of this name, which an extra one replaces.
    fn remove_query(&mut self, name: &str) {
        let mut encoded = String::new();
        percent::encode_into(&mut encoded, name);
        let Some((target, query)) = self.uri.split_once('?') else {
            return;
        };
        let is_other = |pair: &&str| pair.split('=').next() != Some(encoded.as_str());
        let kept: Vec<_> = query.split('&').filter(is_other).collect();
        let (target, query) = (target.to_owned(), kept.join("&"));
        self.has_query = !query.is_empty();
        self.uri = if self.has_query {
            format!("{target}?{query}")
        } else {
            target
        };
    }

    fn query_name(&mut self, name: &str) {
        self.uri.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        percent::encode_into(&mut self.uri, name);
        self.uri.push('=');
    }

    /// Adds a header, for the member `field`.
    pub fn header(&mut self, field: &'static str, name: HeaderName, value: &str) {
        match HeaderValue::from_str(value) {
            Ok(value) => {
                self.headers.insert(name, value);
            }
            Err(_) => self.fault(field, FieldErrorKind::HeaderValue),
        }
    }

    /// Makes `value` the JSON body.
    pub fn json<T: Serialize + ?Sized>(&mut self, value: &T) {
        match Body::json(value, self.has_extra_fields()) {
            Ok(body) => self.body = Some(body),
            Err(error) => self.fault("", FieldErrorKind::Other(error.to_string().into())),
        }
    }

    /// Makes `fields` the body, as a form: `application/x-www-form-urlencoded`.
    pub fn form(&mut self, fields: &[(&str, &str)]) {
        self.header("", CONTENT_TYPE, form::MEDIA_TYPE);
        self.body = Some(Body::form(fields, self.has_extra_fields()));
    }

    fn has_extra_fields(&self) -> bool {
        !self.extras.fields.is_empty()
    }

    /// Makes these bytes the body, of this media type; `field` is the member that says so.
    pub fn body(&mut self, field: &'static str, media_type: &str, body: impl Into<Vec<u8>>) {
        self.header(field, CONTENT_TYPE, media_type);
        self.body = Some(Body::Written(body.into()));
    }

    /// Asks for trailers, in which Neptune reports queries that fail after their 200. Transports that
    /// have none lose nothing: the error stands at the end of the body too.
    pub fn accept_trailers(&mut self) {
        self.headers
            .insert(TE, HeaderValue::from_static("trailers"));
    }

    /// The token of the call, by which the service knows its attempts for the same request: a UUID
    /// made from the call's seed. There is none outside of a call, as in [`request`].
    ///
    /// Ask only for what is then sent: a request with a token is as idempotent as
    /// [`Effect::Idempotent`](crate::operation::Effect::Idempotent), and its call treats it so.
    pub fn call_token(&mut self) -> Option<String> {
        let token = self.seed.map(crate::machine::uuid);
        self.has_token |= token.is_some();
        token
    }

    /// The id that the query in the request goes by, if any: its `own`, or a UUID made from the call's
    /// seed if the call [cancels what it gives up](crate::machine::CallOptions::cancel_on_abandon). `C` is what
    /// cancels it. Ask only for what is then sent.
    ///
    /// Written into the body as it is, and nowhere else, a UUID that was made here is replaced by another
    /// one in each further attempt of the call; elsewhere it stays the same.
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
        let is_made = matches!(id, Some(Cow::Owned(_)));
        // An id that was made here changes with each attempt.
        let extra = self.extras.query_id().map(str::to_owned);
        if let Some(given) = extra.as_deref().or(own) {
            self.subject(given);
        }
        let seed = self.seed.filter(|_| is_made);
        let in_the_end = self.extras.query_id().or(id.as_deref());
        self.query = in_the_end.map(|id| NamedQuery::new::<C>(id.to_owned(), seed));
        id
    }

    /// Reports a number outside its bounds; both bounds are allowed, and so is `None`.
    pub fn bounds(&mut self, field: &'static str, value: Option<impl Into<i64>>, bounds: Bounds) {
        let (min, max) = bounds.into_inner();
        let range = i64::from(min)..=i64::from(max);
        if value.is_some_and(|value| !range.contains(&value.into())) {
            self.fault(
                field,
                FieldErrorKind::OutOfRange {
                    min: min.into(),
                    max: max.into(),
                },
            );
        }
    }

    /// Reports a fault: the request will be refused, and the error names it.
    pub fn fault(&mut self, field: impl Into<Cow<'static, str>>, kind: FieldErrorKind) {
        self.faults.push(FieldError::new(field, kind));
    }

    /// Adds what the caller adds.
    fn add_extras(&mut self) {
        let extras = self.extras;
        let mut query = Vec::new();
        // An operation without a body has its members in the query.
        if self.body.is_some() || self.info.method == Method::POST {
            self.add_to_body();
        } else {
            let fields = extras.fields.iter();
            query.extend(fields.map(|(name, value)| (name, Cow::Owned(form::text(value)))));
        }
        let parameters = extras.query.iter();
        query.extend(parameters.map(|(name, value)| (name, Cow::Borrowed(value.as_str()))));
        for (name, _) in &query {
            self.remove_query(name);
        }
        for (name, value) in query {
            self.query_name(name);
            percent::encode_into(&mut self.uri, &value);
        }
        for name in extras.headers.keys() {
            if RESERVED.contains(name) {
                let reason =
                    FieldErrorKind::Other("this header is set by the client itself".into());
                self.fault(name.as_str().to_owned(), reason);
            }
            self.headers.remove(name);
        }
        self.headers.extend(extras.headers.clone());
    }

    /// Adds extra fields to the body while it is still a value.
    fn add_to_body(&mut self) {
        if !self.has_extra_fields() {
            return;
        }
        let body = self.body.get_or_insert_with(Body::empty_object);
        let mut fields = self.extras.fields.iter();
        if !fields.all(|(name, value)| body.set(name, value)) {
            let reason = FieldErrorKind::Other("the body takes no extra fields".into());
            self.fault("", reason);
        }
    }

    fn finish(mut self) -> Result<http::Request<Bytes>, EncodeError> {
        if let Some((name, _)) = self
            .template
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
        {
            self.fault(name, FieldErrorKind::Missing);
        }
        self.add_extras();
        self.check_exclusive();
        if self.uri.len() > MAX_URI {
            let length = self.uri.len();
            self.fault("", FieldErrorKind::UriTooLong { length });
        }
        if !self.faults.is_empty() {
            return Err(EncodeError::new(self.info.name, self.faults));
        }

        let name = self.info.name;
        let refused = |reason: String| {
            let fault = FieldError::new("", FieldErrorKind::Other(reason.into()));
            EncodeError::new(name, vec![fault])
        };
        let uri = Uri::from_maybe_shared(Bytes::from(self.uri))
            .map_err(|error| refused(error.to_string()))?;
        let has_body = self.body.is_some();
        let body = self.body.map(Body::write).transpose();
        let body = Bytes::from(
            body.map_err(|error| refused(error.to_string()))?
                .unwrap_or_default(),
        );
        self.headers
            .insert(HOST, self.endpoint.host_header().clone());
        if has_body {
            self.headers
                .entry(CONTENT_TYPE)
                .or_insert(HeaderValue::from_static("application/json"));
        }
        if self.info.method != Method::GET {
            self.headers
                .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        }

        let mut request = http::Request::new(body);
        *request.method_mut() = self.info.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers;
        Ok(request)
    }
}

/// Places of members that only a few operations have, by their names in `operation!`.
impl RequestWriter<'_> {
    /// Adds a query parameter with the id of what the request is about. It must not be empty.
    pub(crate) fn id_query(&mut self, field: &'static str, id: &str) {
        self.check_id(field, id);
        self.query(field, id);
    }

    /// Reports an empty id, and notes the id for errors.
    pub(crate) fn check_id(&mut self, field: &'static str, id: &str) {
        if id.is_empty() {
            self.fault(field, FieldErrorKind::Other("must not be empty".into()));
        }
        self.subject(id);
    }

    /// Adds the header `Accept-Encoding`, if the request has an encoding.
    pub(crate) fn accept_encoding(&mut self, field: &'static str, encoding: &Option<Encoding>) {
        if let Some(encoding) = encoding {
            self.header(field, ACCEPT_ENCODING, encoding.as_str());
        }
    }

    /// Makes a JSON body of the caller's token or, without one, the [token of the call](Self::call_token).
    pub(crate) fn token_body(&mut self, field: &'static str, own: &Option<String>) {
        let token = own.clone().or_else(|| self.call_token());
        let body: BTreeMap<_, _> = token.map(|token| (field, token)).into_iter().collect();
        self.json(&body);
    }
}
