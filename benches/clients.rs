//! Our two clients, over HTTP without TLS.

use neptunedata::{Endpoint, transport::BuildError};

use crate::requests::credentials;

#[derive(Clone, Copy)]
pub(crate) enum Auth {
    Unsigned,
    Signed,
}

impl Auth {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Auth::Unsigned => "unsigned",
            Auth::Signed => "signed",
        }
    }
}

fn endpoint(url: &str) -> Endpoint {
    Endpoint::parse(url)
        .unwrap()
        .with_region("eu-west-1")
        .unwrap()
}

pub(crate) fn hyper(url: &str, auth: Auth) -> neptunedata_hyper::Client {
    hyper_with(url, auth, |builder| builder).expect("a client")
}

pub(crate) fn hyper_with(
    url: &str,
    auth: Auth,
    set: impl FnOnce(neptunedata_hyper::ClientBuilder) -> neptunedata_hyper::ClientBuilder,
) -> Result<neptunedata_hyper::Client, BuildError> {
    let builder = neptunedata_hyper::Client::builder(endpoint(url));
    let builder = match auth {
        Auth::Unsigned => builder.unsigned(),
        Auth::Signed => builder.credentials(credentials()),
    };
    set(builder).build()
}

pub(crate) fn blocking(url: &str, auth: Auth) -> neptunedata_blocking::Client {
    let builder = neptunedata_blocking::Client::builder(endpoint(url));
    let builder = match auth {
        Auth::Unsigned => builder.unsigned(),
        Auth::Signed => builder.credentials(credentials()),
    };
    builder.build().expect("a client")
}
