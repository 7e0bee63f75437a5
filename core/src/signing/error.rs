use http::HeaderName;

/// Why a request could not be signed. Neither `Display` nor `Debug` shows a secret or a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The time is before 1970 or after the year 9999, which a signature cannot represent.
    #[error("the signing time is not in the years 1970 to 9999")]
    TimeOutOfRange,
    /// The request has neither a `host` header nor a host in its URI.
    #[error("missing host: the request has neither a host header nor a host in its URI")]
    MissingAuthority,
    /// The port in the URI is not a number from 0 to 65535.
    #[error("the port in the request's URI is not a number from 0 to 65535")]
    InvalidPort,
    /// The region is not valid; see [`is_valid_region`](crate::endpoint::is_valid_region).
    #[error(
        "invalid region {region:?}: expected 1 to 63 letters, digits and inner hyphens, not digits alone"
    )]
    InvalidRegion {
        /// The region that was given, cut to 64 characters.
        region: String,
    },
    /// The access key id is empty, or contains a space, a comma, a slash, or a character that is not visible ASCII.
    #[error("invalid access key id: it is empty or contains an invalid character")]
    InvalidAccessKeyId,
    /// The secret access key is empty, or contains a space, a line break, or another character that is not visible ASCII.
    #[error("invalid secret access key: it is empty or contains an invalid character")]
    InvalidSecretAccessKey,
    /// The session token contains a space, a line break, or another character that is not visible ASCII.
    #[error("invalid session token: it contains an invalid character")]
    InvalidSessionToken,
    /// The value of a signed header is not UTF-8.
    #[error("cannot sign the header {0}: its value is not UTF-8")]
    UnsignableHeader(HeaderName),
    /// The request has so many headers (tens of thousands) that the headers of the signature cannot be added.
    #[error("cannot sign the request: it has too many headers")]
    TooManyHeaders,
}
