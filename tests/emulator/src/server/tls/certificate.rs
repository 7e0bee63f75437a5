//! The certificate of a server: given, or issued by a root.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::TlsFault;
use crate::clock::Calendar;

const DAY: Duration = Duration::from_secs(86_400);
/// The name of the root. A kept root must have this name too.
const ROOT: &str = "Neptune emulator root";
/// In days.
const YEAR: u32 = 365;

pub(super) struct Certificates {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
    pub(super) ca: Option<Ca>,
}

/// A root certificate.
#[derive(Debug)]
pub(in crate::server) struct Ca {
    pub(in crate::server) pem: String,
    pub(in crate::server) der: Vec<u8>,
}

type Root = (Ca, Issuer<'static, KeyPair>);

impl Certificates {
    /// A certificate from a new root.
    pub(super) fn generate(names: &[String], fault: Option<TlsFault>) -> io::Result<Self> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let root = new_root(ROOT, YEAR, key).map_err(io::Error::other)?;
        Self::issue(names, fault, root).map_err(io::Error::other)
    }

    /// A certificate from the root in this folder.
    pub(super) fn from_kept_root(
        dir: &Path,
        names: &[String],
        fault: Option<TlsFault>,
    ) -> io::Result<Self> {
        let explain = |error| {
            io::Error::other(format!(
                "cannot use the root certificate in {}: {error}",
                dir.display()
            ))
        };
        let root = kept_root(dir).map_err(explain)?;
        Self::issue(names, fault, root).map_err(io::Error::other)
    }

    /// A given certificate.
    pub(super) fn read(chain: &str, key: &str) -> io::Result<Self> {
        let chain = CertificateDer::pem_slice_iter(chain.as_bytes());
        let chain = chain.collect::<Result<Vec<_>, _>>();
        let invalid = |what: &str| io::Error::other(format!("the {what} is not valid PEM"));
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes());
        Ok(Self {
            chain: chain
                .ok()
                .filter(|chain| !chain.is_empty())
                .ok_or_else(|| invalid("certificate"))?,
            key: key.map_err(|_| invalid("private key, which must not be encrypted,"))?,
            ca: None,
        })
    }

    fn issue(
        names: &[String],
        fault: Option<TlsFault>,
        (ca, issuer): Root,
    ) -> Result<Self, rcgen::Error> {
        let issuer = match fault {
            Some(TlsFault::UnknownRoot) => {
                new_root("Neptune emulator, another root", YEAR, KeyPair::generate()?)?.1
            }
            _ => issuer,
        };
        let names = match fault {
            Some(TlsFault::WrongName) => vec!["wrong.name.invalid".to_owned()],
            _ => names.to_vec(),
        };
        let key = KeyPair::generate()?;
        let mut leaf = CertificateParams::new(names)?;
        leaf.distinguished_name
            .push(DnType::CommonName, "Neptune emulator");
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        match fault {
            Some(TlsFault::Expired) => valid(&mut leaf, 30, None),
            _ => valid(&mut leaf, 1, Some(YEAR)),
        }
        let leaf = leaf.signed_by(&key, &issuer)?;
        Ok(Self {
            chain: vec![leaf.der().clone()],
            key: key.into(),
            ca: Some(ca),
        })
    }
}

fn new_root(name: &str, days: u32, key: KeyPair) -> Result<Root, rcgen::Error> {
    let params = root_params(name, days)?;
    let certificate = params.self_signed(&key)?;
    let ca = Ca {
        pem: certificate.pem(),
        der: certificate.der().to_vec(),
    };
    Ok((ca, Issuer::new(params, key)))
}

fn root_params(name: &str, days: u32) -> Result<CertificateParams, rcgen::Error> {
    let mut root = CertificateParams::new(Vec::new())?;
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    root.distinguished_name.push(DnType::CommonName, name);
    valid(&mut root, 30, Some(days));
    Ok(root)
}

/// The root in this folder, which the first call generates.
fn kept_root(dir: &Path) -> io::Result<Root> {
    fs::create_dir_all(dir)?;
    let mut file = open_private(&dir.join("ca-key.pem"))?;
    // Several servers may start at the same time.
    file.lock()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let (ca, issuer) = if text.is_empty() {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let key_pem = key.serialize_pem();
        let root = new_root(ROOT, 10 * YEAR, key).map_err(io::Error::other)?;
        file.write_all(format!("{key_pem}{}", root.0.pem).as_bytes())?;
        root
    } else {
        read_root(&text).ok_or_else(|| {
            io::Error::other("ca-key.pem is not valid; remove it to make a new root")
        })?
    };
    let for_clients = dir.join("ca.pem");
    if !fs::read(&for_clients).is_ok_and(|text| text == ca.pem.as_bytes()) {
        fs::write(&for_clients, &ca.pem)?;
    }
    Ok((ca, issuer))
}

/// Opens or creates a file that only its owner may read.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Reads a private key and its root certificate.
fn read_root(text: &str) -> Option<Root> {
    let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).ok()?;
    let key = KeyPair::try_from(&key).ok()?;
    let certificate = CertificateDer::from_pem_slice(text.as_bytes()).ok()?;
    let ca = Ca {
        pem: text
            .get(text.find("-----BEGIN CERTIFICATE-----")?..)?
            .to_owned(),
        der: certificate.to_vec(),
    };
    // The certificates that it issues depend only on its name and its key.
    Some((ca, Issuer::new(root_params(ROOT, YEAR).ok()?, key)))
}

/// The validity: from `since` days ago, for `until` more days or until yesterday. It uses the system's clock, not the
/// emulator's, because the clients check it by theirs.
fn valid(certificate: &mut CertificateParams, since: u32, until: Option<u32>) {
    let now = SystemTime::now();
    let day = |wall: Option<SystemTime>| {
        let (year, month, day) = Calendar::of(wall.unwrap_or(now)).date();
        date_time_ymd(year, month, day)
    };
    certificate.not_before = day(now.checked_sub(DAY * since));
    certificate.not_after = day(match until {
        Some(days) => now.checked_add(DAY * days),
        None => now.checked_sub(DAY),
    });
}
