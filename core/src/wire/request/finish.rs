//! The last step of the request writer: adds the fields of the caller, checks the request, and builds it.

use std::borrow::Cow;

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Uri,
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, TRANSFER_ENCODING},
    uri::{Parts, PathAndQuery, Scheme},
};

use super::RequestWriter;
use crate::{
    endpoint::Endpoint,
    error::{EncodeError, FieldError, FieldErrorKind},
    wire::{body::Body, form, percent},
};

/// The maximum length of a URI in bytes that `http::Uri` and Neptune's front end accept.
const MAX_URI: usize = 65_534;

/// Headers that extras must not set: they are derived from the request, set by signing, or change the protocol.
const RESERVED: [HeaderName; 7] = [
    HOST,
    EXPECT,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    AUTHORIZATION,
    HeaderName::from_static("x-amz-date"),
    HeaderName::from_static("x-amz-security-token"),
];

impl RequestWriter<'_> {
    pub(super) fn finish(mut self) -> Result<http::Request<Bytes>, EncodeError> {
        if let Some((name, _)) = self
            .template
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
        {
            self.reject(name, FieldErrorKind::Missing);
        }
        self.add_extras();
        self.check_exclusive();
        let length = self.endpoint.origin_len().saturating_add(self.target.len());
        if length > MAX_URI {
            self.reject("", FieldErrorKind::UriTooLong { length });
        }
        if !self.errors.is_empty() {
            return Err(EncodeError::new(self.info.name, self.errors));
        }

        let uri = uri(self.endpoint, self.target).map_err(|reason| {
            let error = FieldError::new("", FieldErrorKind::Other(reason.into()));
            EncodeError::new(self.info.name, vec![error])
        })?;
        let has_body = self.body.is_some();
        let body = Bytes::from(self.body.map(Body::write).unwrap_or_default());
        self.headers
            .insert(HOST, self.endpoint.host_header().clone());
        if has_body {
            self.headers
                .entry(CONTENT_TYPE)
                .or_insert(HeaderValue::from_static("application/json"));
        }
        if self.info.method != Method::GET {
            // A static value takes no allocation, and most requests have no body.
            let length = if body.is_empty() {
                HeaderValue::from_static("0")
            } else {
                HeaderValue::from(body.len())
            };
            self.headers.insert(CONTENT_LENGTH, length);
        }

        let mut request = http::Request::new(body);
        *request.method_mut() = self.info.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers;
        Ok(request)
    }

    /// Adds the fields, parameters and headers of the caller.
    fn add_extras(&mut self) {
        let extras = self.extras;
        let mut query = Vec::new();
        // Operations without a body have their members in the query.
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
            percent::encode_into(&mut self.target, &value);
        }
        for name in extras.headers.keys() {
            if RESERVED.contains(name) {
                let reason = FieldErrorKind::Other("this header is set by the client".into());
                self.reject(name.as_str().to_owned(), reason);
            }
            self.headers.remove(name);
        }
        if !extras.headers.is_empty() {
            self.headers.extend(extras.headers.clone());
        }
    }

    /// Adds extra fields to the body.
    fn add_to_body(&mut self) {
        if !self.has_extra_fields() {
            return;
        }
        let body = self.body.get_or_insert_with(Body::empty_object);
        let mut fields = self.extras.fields.iter();
        if !fields.all(|(name, value)| body.set(name, value)) {
            let reason = FieldErrorKind::Other("this body cannot have extra fields".into());
            self.reject("", reason);
        }
    }

    /// Removes the parameters of this name, before an extra parameter replaces them.
    fn remove_query(&mut self, name: &str) {
        let mut encoded = String::new();
        percent::encode_into(&mut encoded, name);
        let Some((target, query)) = self.target.split_once('?') else {
            return;
        };
        let is_other = |pair: &&str| pair.split('=').next() != Some(encoded.as_str());
        let kept: Vec<_> = query.split('&').filter(is_other).collect();
        let (target, query) = (target.to_owned(), kept.join("&"));
        self.has_query = !query.is_empty();
        self.target = if self.has_query {
            format!("{target}?{query}")
        } else {
            target
        };
    }

    /// Reports an error if there is more than one of the exclusive parameters.
    fn check_exclusive(&mut self) {
        if self.exclusive.is_empty() {
            return;
        }
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let names = query.split('&').filter_map(|pair| pair.split('=').next());
        let mut found = names.filter(|name| self.exclusive.contains(name));
        if let (Some(_), Some(second)) = (found.next(), found.next()) {
            let second = second.to_owned();
            let reason = format!("only one of {} is allowed", self.exclusive.join(", "));
            self.reject(second, FieldErrorKind::Other(reason.into()));
        }
    }
}

/// The absolute URI. The endpoint's part of it was parsed with the endpoint.
fn uri(endpoint: &Endpoint, target: String) -> Result<Uri, String> {
    let target = PathAndQuery::try_from(target).map_err(|error| error.to_string())?;
    let mut parts = Parts::default();
    parts.scheme = Some(if endpoint.is_secure() {
        Scheme::HTTPS
    } else {
        Scheme::HTTP
    });
    parts.authority = Some(endpoint.authority().clone());
    parts.path_and_query = Some(target);
    Uri::from_parts(parts).map_err(|error| error.to_string())
}
