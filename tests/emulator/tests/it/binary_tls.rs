//! The certificates of the binary.

use std::fs;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::binary::{complaint, start};
use crate::raw::{LAST_STATUS, OK};
use crate::support::{assert_contains, assert_starts};
use crate::tls;

/// A folder of this test, removed when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("neptune-emulator-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("a path").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The folder may not exist.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Starts with these arguments, and checks that a client that trusts this root gets an answer.
#[track_caller]
fn check_trusted(args: &[&str], name: &str, root: impl AsRef<Path>) {
    let (_running, endpoint) = start(args);
    let root = CertificateDer::from_pem_file(root).expect("a root");
    let address = endpoint.strip_prefix("https://").expect("an endpoint");
    let stream = tls::connect_to(address, root, name, &[]);
    let answer = tls::exchange(stream, LAST_STATUS).expect("an answer");
    assert_starts(&answer, OK);
}

#[test]
fn its_root_is_written_before_it_listens() {
    let folder = Folder::new("ca-out");
    fs::create_dir(&folder.0).expect("a folder");
    let root = folder.file("ca.pem");
    let name = "my-db.cluster-abc.us-east-1.neptune.amazonaws.com";
    check_trusted(&["--tls-name", name, "--ca-out", &root], name, &root);
}

#[test]
fn its_root_is_kept_across_starts() {
    let folder = Folder::new("ca-dir");
    let dir = folder.file("new/folder");
    let root = folder.file("new/folder/ca.pem");
    let start = |name| check_trusted(&["--ca-dir", &dir, "--tls-name", name], name, &root);
    start("one.example");
    let first = fs::read(&root).expect("a root");
    start("other.example");
    assert_eq!(fs::read(&root).expect("a root"), first);
    // `ca.pem` is written again if it was removed.
    fs::remove_file(&root).expect("removed");
    start("one.example");
    assert_eq!(fs::read(&root).expect("a root"), first);

    let key = folder.file("new/folder/ca-key.pem");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&key).expect("a key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    for text in ["nonsense", std::str::from_utf8(&first).expect("text")] {
        fs::write(&key, text).expect("written");
        let text = complaint(&["--ca-dir", &dir], 1);
        assert_contains(
            &text,
            "new/folder: ca-key.pem is not valid; remove it to make a new root",
        );
    }
    let text = complaint(&["--ca-dir", &root], 1);
    assert_contains(
        &text,
        &format!("cannot use the root certificate in {root}: "),
    );
}

#[test]
fn its_certificate_may_be_given() {
    let folder = Folder::new("tls-cert");
    fs::create_dir(&folder.0).expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.file(name);
        fs::write(&path, text).expect("written");
        path
    };
    let own = rcgen::generate_simple_self_signed(["db.example".to_owned()]).expect("a certificate");
    let other = rcgen::KeyPair::generate().expect("a key");
    let certificate = write("certificate.pem", &own.cert.pem());
    let key = write("key.pem", &own.signing_key.serialize_pem());
    check_trusted(
        &["--tls-cert", &certificate, "--tls-key", &key],
        "db.example",
        &certificate,
    );

    let nonsense = write("nonsense.pem", "nonsense");
    let other = write("other.pem", &other.serialize_pem());
    let missing = folder.file("missing.pem");
    for (certificate, key, part) in [
        (&nonsense, &key, "the certificate is not valid PEM"),
        (&key, &key, "the certificate is not valid PEM"),
        (
            &certificate,
            &nonsense,
            "the private key, which must not be encrypted, is not valid PEM",
        ),
        (
            &certificate,
            &certificate,
            "the private key, which must not be encrypted, is not valid PEM",
        ),
        (&certificate, &other, "invalid certificate or key: "),
        (&missing, &key, "missing.pem: "),
    ] {
        let text = complaint(
            &["--port", "0", "--tls-cert", certificate, "--tls-key", key],
            1,
        );
        assert_contains(&text, part);
    }
}
