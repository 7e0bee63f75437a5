//! Signing for Bolt: the token that takes the place of a password.

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

/// Signs a login over Bolt: what a Bolt driver sends in place of a password to a cluster with IAM
/// authentication. Needs the feature `sigv4`.
///
/// Nothing is sent here. Neptune takes a token for about five minutes around `now`, and looks at it when a
/// connection logs in, so make one for each connection of a pool. It needs the IAM actions of the queries that
/// follow. Without IAM authentication whatever is sent is ignored.
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
/// // Scheme, principal and realm are the same for everybody; the credentials are one JSON text.
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
/// Where the time, the region or the credentials cannot be signed.
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
    // A path of the endpoint's is one of HTTP, which Bolt has not.
    let path = if options.path { "/opencypher" } else { "/" };
    *request.uri_mut() = Uri::from_static(path);
    // Only what the token holds can be signed, so there is no other header.
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

/// The names are the service's.
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
    /// Left out where there is none, as AWS's JDBC driver does; its notebooks send a null.
    #[serde(
        rename = "X-Amz-Security-Token",
        skip_serializing_if = "Option::is_none"
    )]
    token: Option<&'a str>,
}

/// What is signed for Bolt. The defaults suit all engines from 1.2.0.0 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BoltOptions {
    path: bool,
    port: bool,
}

impl BoltOptions {
    /// The path `/opencypher`, and a host with its port.
    pub fn new() -> Self {
        BoltOptions {
            path: true,
            port: true,
        }
    }

    /// Signs no path, for engines before 1.2.0.0.
    #[must_use]
    pub fn without_path(mut self) -> Self {
        self.path = false;
        self
    }

    /// Signs the bare host name, as AWS's notebooks do; its JDBC driver signs the port too. The service looks
    /// at the host in the token, which is the one that is signed.
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

/// What a Bolt driver logs in with. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct BoltToken {
    credentials: String,
}

impl BoltToken {
    /// The scheme of the login.
    pub const SCHEME: &'static str = "basic";
    /// The principal, in other words the user name.
    pub const PRINCIPAL: &'static str = "username";
    /// The realm, which can be left out.
    pub const REALM: &'static str = "realm";

    /// The credentials, in other words the password: a JSON text.
    pub fn credentials(&self) -> &str {
        &self.credentials
    }

    /// Takes the credentials out.
    pub fn into_credentials(self) -> String {
        self.credentials
    }
}

impl fmt::Debug for BoltToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoltToken").finish_non_exhaustive()
    }
}
