//! Hints about failed TLS handshakes, for [`TransportError::with_hint`](crate::TransportError::with_hint).

/// The server's first bytes are not TLS.
pub const NOT_TLS: &str = "the server may speak plain HTTP: check the port, or write http://";

/// The issuer of the server's certificate is unknown.
pub const UNKNOWN_ISSUER: &str = "the issuer of the certificate is not trusted: set ClientOptions::root_certificates if \
                                  the server's certificate is from a private CA";

/// The server's certificate is for another name.
pub const OTHER_NAME: &str = "the certificate is not valid for the endpoint's host name: write the server's name in the endpoint, \
                              and set ClientOptions::connect_to to connect elsewhere";
