//! The root certificates of the operating system.

use neptunedata_blocking::{
    BuildError, Client, Endpoint,
    transport::{ClientOptions, RootCertificates},
};

#[test]
fn native_roots_need_their_feature() {
    let builder = Client::builder(Endpoint::parse("https://db.example.com").unwrap());
    let options = ClientOptions::new().root_certificates(RootCertificates::Native);
    let is_enabled = cfg!(feature = "native-roots");
    match builder.unsigned().options(options).build() {
        Err(BuildError::Roots(reason)) if reason.contains("feature") => {
            assert!(!is_enabled, "{reason}");
        }
        Ok(_) | Err(BuildError::Roots(_)) => assert!(is_enabled),
        Err(error) => panic!("{error}"),
    }
}
