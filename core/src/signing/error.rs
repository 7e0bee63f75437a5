use http::HeaderName;

/// Why a request could not be signed. Neither text nor `Debug` ever holds a secret or a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The time is before 1970 or after the year 9999, which a signature has no way to write.
    #[error("the signing time is outside of the years 1970 to 9999")]
    TimeOutOfRange,
    /// The request has neither a `host` header nor a host in its URI.
    #[error("the request has neither a host header nor a host in its URI")]
    MissingAuthority,
    /// What follows the host in the URI is no port number.
    #[error("the port in the request's URI is not a number from 0 to 65535")]
    InvalidPort,
    /// The region is no host label; see [`is_valid_region`](crate::endpoint::is_valid_region).
    #[error(
        "{region:?} is no region: expected 1 to 63 letters, digits and inner hyphens, not digits alone"
    )]
    InvalidRegion {
        /// The text given, cut to its first 64 characters.
        region: String,
    },
    /// The access key id is empty, or has a space, a comma, a slash, or a character that is not visible ASCII.
    #[error("the access key id is empty or has a character that no access key id has")]
    InvalidAccessKeyId,
    /// The secret access key is empty, or has a space, a line end, or another character that is not visible ASCII.
    #[error("the secret access key is empty or has a character that no secret access key has")]
    InvalidSecretAccessKey,
    /// The session token has a space, a line end, or another character that is not visible ASCII.
    #[error("the session token has a character that no session token has")]
    InvalidSessionToken,
    /// The value of a header to be signed is not UTF-8.
    #[error("the value of header {0} cannot be signed: it is not UTF-8")]
    UnsignableHeader(HeaderName),
    /// The request has so many headers (tens of thousands) that there is no room for those of the signature.
    #[error("the request has too many headers to add those of the signature")]
    TooManyHeaders,
}
