//! TLS on another runtime, and the root certificates of the operating system.

use neptunedata_emulator::{Emulator, Server};
use neptunedata_hyper::{BuildError, Client, Endpoint, transport::RootCertificates};
use tower::service_fn;

use crate::{smol_runtime::on_smol, support::*};

#[test]
fn on_another_runtime() {
    let server = Server::start_tls(Emulator::default()).unwrap();
    let roots = RootCertificates::Pem(server.ca_pem().unwrap().to_owned());
    let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
    let builder = on_smol(Client::builder(endpoint).unsigned());
    let options = quick()
        .root_certificates(roots)
        .connect_to(server.address().to_string());
    let client = builder.options(options).build().unwrap();
    smol::block_on(async {
        for round in 0..5 {
            client.send(&start(format!("job-{round}"))).await.unwrap();
        }
    });
    assert_eq!(server.connections().accepted, 1);
}

#[test]
fn native_roots_need_their_feature() {
    let builder = Client::builder(Endpoint::parse("https://db.example.com").unwrap());
    let options = quick().root_certificates(RootCertificates::Native);
    let is_enabled = cfg!(feature = "native-roots");
    match builder.unsigned().options(options).build() {
        Err(BuildError::Roots(reason)) if reason.contains("feature") => {
            assert!(!is_enabled, "{reason}");
        }
        Ok(_) | Err(BuildError::Roots(_)) => assert!(is_enabled),
        Err(error) => panic!("{error}"),
    }
}

/// The connector's connections already use TLS.
#[test]
fn root_certificates_do_not_go_with_a_tls_connector() {
    let builder = Client::builder(Endpoint::parse("https://db.example.com").unwrap());
    let options = quick().root_certificates(RootCertificates::Native);
    let builder = builder.unsigned().tls_connector(service_fn(connect));
    let error = builder.options(options).build().unwrap_err();
    assert_eq!(error, BuildError::UnusedOption("root_certificates"));
}
