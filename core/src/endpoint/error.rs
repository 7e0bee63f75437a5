//! The errors of invalid endpoints and regions.

use std::{borrow::Cow, fmt};

use super::{MAX_LENGTH, check::wrong_character};
use crate::error::bounded_start;

/// Which part of an endpoint is wrong: [`EndpointError::kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndpointErrorKind {
    /// Missing, or neither `https` nor `http`.
    Scheme,
    /// Empty, or neither a host name nor an IP address.
    Host,
    /// Not a number from 1 to 65535, empty after a `:`, or missing where a port is required (`connect_to`).
    Port,
    /// Not a path that can be signed and sent unchanged.
    Path,
    /// The endpoint has a user name or a password.
    UserInfo,
    /// The endpoint has a query.
    Query,
    /// The endpoint has a fragment.
    Fragment,
    /// Not a region name.
    Region,
    /// Longer than 2,048 bytes.
    TooLong,
}

/// A text that is not an [`Endpoint`](crate::endpoint::Endpoint), or not a region.
///
/// The message shows the text, the part that is wrong and what to write instead. It does not show a text
/// that contains a user name or password.
///
/// ```
/// use neptunedata::{Endpoint, endpoint::EndpointErrorKind};
///
/// let error = Endpoint::parse("https://db.example.com:81820").unwrap_err();
/// assert_eq!((error.kind(), error.part()), (EndpointErrorKind::Port, "81820"));
/// assert_eq!(
///     error.to_string(),
///     "invalid endpoint \"https://db.example.com:81820\": port \"81820\" is not a number from 1 to 65535",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointError {
    kind: EndpointErrorKind,
    part: String,
    reason: Cow<'static, str>,
    /// The whole text, unless it may contain a password.
    text: Option<String>,
}

impl EndpointError {
    fn new(kind: EndpointErrorKind, part: &str, reason: impl Into<Cow<'static, str>>) -> Self {
        EndpointError {
            kind,
            part: part.to_owned(),
            reason: reason.into(),
            text: None,
        }
    }

    pub(super) fn scheme(scheme: &str) -> Self {
        let lower = scheme.to_ascii_lowercase();
        let reason = if matches!(lower.as_str(), "wss" | "ws") {
            "is for WebSockets; write https:// or http://"
        } else if lower.starts_with("bolt") || lower.starts_with("neo4j") {
            "is for Bolt; write https:// or http://"
        } else {
            "is not supported; write https:// or http://"
        };
        EndpointError::new(EndpointErrorKind::Scheme, scheme, reason)
    }

    pub(super) fn second_scheme(scheme: &str) -> Self {
        let reason = "follows another scheme; remove one of them";
        EndpointError::new(EndpointErrorKind::Scheme, scheme, reason)
    }

    /// A text without a scheme whose host, `name`, is not a Neptune host name.
    pub(super) fn no_scheme(text: &str, name: &str) -> Self {
        if !name.starts_with('[')
            && let Some(wrong) = wrong_character(name)
        {
            return EndpointError::host(name, wrong);
        }
        let lower = text.to_ascii_lowercase();
        let reason = if text.is_empty() {
            "is missing; write https://host:port"
        } else if ["http:", "https:", "http/", "https/"]
            .iter()
            .any(|start| lower.starts_with(start))
        {
            "is incomplete; write https:// or http://"
        } else {
            "is missing; write https:// or http://, or the whole host name of a cluster, such as \
             my-db.cluster-abc.eu-west-1.neptune.amazonaws.com"
        };
        EndpointError::new(EndpointErrorKind::Scheme, "", reason)
    }

    pub(super) fn host(host: &str, reason: impl Into<Cow<'static, str>>) -> Self {
        EndpointError::new(EndpointErrorKind::Host, host, reason)
    }

    pub(super) fn port(port: &str) -> Self {
        let reason = if port.is_empty() {
            "is empty; write a number after ':', or leave out ':'"
        } else {
            "is not a number from 1 to 65535"
        };
        EndpointError::new(EndpointErrorKind::Port, port, reason)
    }

    pub(super) fn path(path: &str, reason: impl Into<Cow<'static, str>>) -> Self {
        EndpointError::new(EndpointErrorKind::Path, path, reason)
    }

    pub(super) fn user_info() -> Self {
        let reason =
            "is not allowed; remove it and the '@' after it, and configure credentials instead";
        EndpointError::new(EndpointErrorKind::UserInfo, "", reason)
    }

    pub(super) fn query(query: &str) -> Self {
        let reason = "is not allowed; remove '?' and everything after it";
        EndpointError::new(EndpointErrorKind::Query, query, reason)
    }

    pub(super) fn fragment(fragment: &str) -> Self {
        let reason = "is not allowed; remove '#' and everything after it";
        EndpointError::new(EndpointErrorKind::Fragment, fragment, reason)
    }

    pub(super) fn region(region: &str) -> Self {
        let reason = "is not a region name; write one such as eu-west-1";
        EndpointError::new(EndpointErrorKind::Region, region, reason)
    }

    pub(super) fn too_long(length: usize) -> Self {
        let reason = format!("the URL is {length} bytes long, the limit is {MAX_LENGTH}");
        EndpointError::new(EndpointErrorKind::TooLong, "", reason)
    }

    /// An address that must be `host:port` has a path.
    #[cfg(feature = "transport")]
    pub(crate) fn not_host_and_port(text: &str) -> Self {
        EndpointError::path(text, "has a '/'; write host:port")
    }

    /// An address that needs a port has no port.
    #[cfg(feature = "transport")]
    pub(crate) fn port_missing() -> Self {
        EndpointError::new(
            EndpointErrorKind::Port,
            "",
            "is missing; write host:port, with IPv6 addresses in brackets",
        )
    }

    /// A host that cannot be the authority of a URL.
    pub fn unusable_host(host: &str) -> Self {
        EndpointError::host(host, "cannot be used in a URL")
    }

    /// Adds the text that was parsed.
    pub(crate) fn with_text(mut self, text: &str) -> Self {
        // A password may contain the characters at which an endpoint is split, so any part may contain some of it.
        if text.contains('@') {
            self.part.clear();
        } else {
            self.text = Some(text.to_owned());
        }
        self
    }

    /// Which part is wrong.
    pub fn kind(&self) -> EndpointErrorKind {
        self.kind
    }

    /// The wrong part as it was written. Empty if the part is missing, or if the text may contain a password.
    pub fn part(&self) -> &str {
        &self.part
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.kind {
            EndpointErrorKind::Scheme => "scheme",
            EndpointErrorKind::Host => "host",
            EndpointErrorKind::Port => "port",
            EndpointErrorKind::Path => "path",
            EndpointErrorKind::UserInfo => "user name or password",
            EndpointErrorKind::Query => "query",
            EndpointErrorKind::Fragment => "fragment",
            EndpointErrorKind::Region => {
                let region = bounded_start(self.part.as_bytes());
                return write!(f, "region {region:?} {}", self.reason);
            }
            EndpointErrorKind::TooLong => return write!(f, "invalid endpoint: {}", self.reason),
        };
        f.write_str("invalid endpoint")?;
        if let Some(text) = &self.text {
            write!(f, " {:?}", bounded_start(text.as_bytes()))?;
        }
        write!(f, ": {name} ")?;
        // If the part is the whole text, it is in the message already.
        if !self.part.is_empty() && self.text.as_ref() != Some(&self.part) {
            write!(f, "{:?} ", bounded_start(self.part.as_bytes()))?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for EndpointError {}
