//! What to do about failed TLS handshakes: texts for [`TransportError::with_hint`](crate::TransportError::with_hint).

/// The server's first bytes are not TLS.
pub const NOT_TLS: &str = "the server may speak plain HTTP: check the port, or write http://";

/// The issuer of the server's certificate is unknown.
pub const UNKNOWN_ISSUER: &str = "the issuer is not among the trusted roots: set ClientOptions::root_certificates if \
                                  the server has an issuer of its own";

/// The server's certificate is for another name.
pub const OTHER_NAME: &str = "the certificate is for another name: write the server's name in the endpoint, and set \
                              ClientOptions::connect_to to connect elsewhere";
