//! Signing for Bolt: the token that is sent as the password.

use std::{fmt, time::SystemTime};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Uri,
    header::{AUTHORIZATION, HOST},
};
use serde::Serialize;

use super::{
    SignError, sign,
    sign::{DATE, TOKEN},
};
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;

/// Signs a Bolt login: the token that a Bolt driver sends as the password to a cluster with IAM
/// authentication. Needs the feature `sigv4`.
///
/// This function sends nothing. Neptune accepts a token for about five minutes before and after `now`, and
/// checks it when a connection logs in, so create one for each connection of a pool. The credentials need
/// the IAM actions of the queries that follow. Without IAM authentication the token is ignored.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use neptunedata::{Credentials, Endpoint, signing::{BoltOptions, BoltToken, bolt_token}};
///
/// let endpoint = Endpoint::parse("my-db.cluster-abc.us-east-1.neptune.amazonaws.com")?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// let token = bolt_token(&endpoint, &credentials, "us-east-1", now, BoltOptions::new())?;
///
/// // Scheme, principal and realm are constants; the credentials are one JSON text.
/// assert_eq!((BoltToken::SCHEME, BoltToken::PRINCIPAL, BoltToken::REALM), ("basic", "username", "realm"));
/// assert!(token.credentials().starts_with(r#"{"Authorization":"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"#));
/// assert!(token.credentials().contains(r#""HttpMethod":"GET","X-Amz-Date":"20150830T123600Z","Host":"my-db."#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-bolt.html>
///
/// # Errors
///
/// If the time, the region or the credentials are invalid.
pub fn bolt_token(
    endpoint: &Endpoint,
    credentials: &Credentials,
    region: &str,
    now: SystemTime,
    options: BoltOptions,
) -> Result<BoltToken, SignError> {
    let host = host(endpoint, options.port)?;
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = Method::GET;
    // The path of the endpoint is ignored: it exists only in HTTP.
    let path = if options.path { "/opencypher" } else { "/" };
    *request.uri_mut() = Uri::from_static(path);
    // Sign no other header, because the token contains no other.
    request.headers_mut().insert(HOST, host);
    sign(&mut request, credentials, region, now)?;

    let headers = request.headers();
    let fields = Fields {
        authorization: text(headers, &AUTHORIZATION),
        http_method: "GET",
        date: text(headers, &DATE),
        host: text(headers, &HOST),
        token: headers.get(TOKEN).and_then(|value| value.to_str().ok()),
    };
    let credentials = serde_json::to_string(&fields).map_err(|_| SignError::InvalidSessionToken)?;
    Ok(BoltToken { credentials })
}

fn text<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

fn host(endpoint: &Endpoint, with_port: bool) -> Result<HeaderValue, SignError> {
    let header = endpoint.host_header();
    let bare = header
        .to_str()
        .ok()
        .and_then(|text| text.strip_suffix(&format!(":{}", endpoint.port())));
    match bare {
        Some(bare) if !with_port => {
            HeaderValue::from_str(bare).map_err(|_| SignError::MissingAuthority)
        }
        _ => Ok(header.clone()),
    }
}

/// The members of the token, with the names that the service requires.
#[derive(Serialize)]
struct Fields<'a> {
    #[serde(rename = "Authorization")]
    authorization: &'a str,
    #[serde(rename = "HttpMethod")]
    http_method: &'a str,
    #[serde(rename = "X-Amz-Date")]
    date: &'a str,
    #[serde(rename = "Host")]
    host: &'a str,
    /// Omitted for credentials without a session token, as in the JDBC driver of AWS; the notebooks of AWS send null.
    #[serde(
        rename = "X-Amz-Security-Token",
        skip_serializing_if = "Option::is_none"
    )]
    token: Option<&'a str>,
}

/// The parts of a Bolt login that are signed. The defaults work for engine 1.2.0.0 and later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BoltOptions {
    path: bool,
    port: bool,
}

impl BoltOptions {
    /// Signs the path `/opencypher`, and the host with its port.
    pub fn new() -> Self {
        BoltOptions {
            path: true,
            port: true,
        }
    }

    /// Signs the path `/`, for engines before 1.2.0.0.
    #[must_use]
    pub fn without_path(mut self) -> Self {
        self.path = false;
        self
    }

    /// Signs the host name without the port, as the notebooks of AWS do. The JDBC driver of AWS signs the host
    /// name with the port. Both work, because the service verifies the host in the token, which is the signed one.
    #[must_use]
    pub fn without_port(mut self) -> Self {
        self.port = false;
        self
    }
}

impl Default for BoltOptions {
    fn default() -> Self {
        BoltOptions::new()
    }
}

/// The credentials for the login of a Bolt driver. `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct BoltToken {
    credentials: String,
}

impl BoltToken {
    /// The scheme of the login.
    pub const SCHEME: &'static str = "basic";
    /// The principal, which is the user name.
    pub const PRINCIPAL: &'static str = "username";
    /// The realm, which is optional.
    pub const REALM: &'static str = "realm";

    /// The JSON text that the Bolt driver sends as the password.
    pub fn credentials(&self) -> &str {
        &self.credentials
    }

    /// Converts the token into its [credentials](BoltToken::credentials).
    pub fn into_credentials(self) -> String {
        self.credentials
    }
}

impl fmt::Debug for BoltToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoltToken").finish_non_exhaustive()
    }
}
