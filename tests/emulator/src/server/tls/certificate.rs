//! A root and a certificate issued by it.

use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::TlsFault;
use crate::clock::Calendar;

const DAY: Duration = Duration::from_secs(86_400);

pub(super) struct Certificates {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
    pub(super) ca_pem: String,
    pub(super) ca_der: Vec<u8>,
}

impl Certificates {
    pub(super) fn make(names: &[String], fault: Option<TlsFault>) -> Result<Self, rcgen::Error> {
        let (ca, issuer) = root("Neptune emulator root")?;
        let issuer = match fault {
            Some(TlsFault::UnknownRoot) => root("Neptune emulator, another root")?.1,
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
            _ => valid(&mut leaf, 1, Some(365)),
        }
        let leaf = leaf.signed_by(&key, &issuer)?;
        Ok(Self {
            chain: vec![leaf.der().clone()],
            key: key.into(),
            ca_pem: ca.pem(),
            ca_der: ca.der().to_vec(),
        })
    }
}

fn root(name: &str) -> Result<(rcgen::Certificate, Issuer<'static, KeyPair>), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut root = CertificateParams::new(Vec::new())?;
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    root.distinguished_name.push(DnType::CommonName, name);
    valid(&mut root, 30, Some(365));
    let certificate = root.self_signed(&key)?;
    Ok((certificate, Issuer::new(root, key)))
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
