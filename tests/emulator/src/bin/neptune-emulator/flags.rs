//! The command line.

use std::ffi::OsString;
use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::time::Duration;

#[cfg(feature = "engine")]
use neptunedata_emulator::Files;
use neptunedata_emulator::{Config, Identity, MlKind, Role};

use crate::options::Given;

/// How many requests the log keeps, because the process may run for a long time.
const LOG_LIMIT: usize = 1000;

/// The options about TLS.
const TLS: [&str; 6] = ["tls", "tls-name", "ca-out", "ca-dir", "tls-cert", "tls-key"];

type SetDuration = fn(Config, Duration) -> Config;

/// The options with a number of seconds. Later ones overwrite what earlier ones set.
const DURATIONS: [(&str, SetDuration); 7] = [
    ("ml-seconds", ml_duration),
    ("training-seconds", |config, time| {
        config.ml_duration(MlKind::ModelTraining, time)
    }),
    ("load-seconds", Config::load_duration),
    ("statistics-seconds", Config::statistics_duration),
    ("rebuild-seconds", Config::rebuild_duration),
    ("restart-seconds", Config::restart_duration),
    ("query-timeout", Config::query_timeout),
];

fn ml_duration(config: Config, duration: Duration) -> Config {
    let kinds = [
        MlKind::DataProcessing,
        MlKind::ModelTraining,
        MlKind::ModelTransform,
        MlKind::Endpoint,
    ];
    let set = |config: Config, kind| config.ml_duration(kind, duration);
    kinds.into_iter().fold(config, set)
}

/// The command given on the command line.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Version,
    Run(Box<Flags>),
}

#[derive(Debug)]
pub(crate) struct Flags {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) config: Config,
    pub(crate) scripts: Vec<PathBuf>,
    pub(crate) changes: Vec<PathBuf>,
    #[cfg(feature = "engine")]
    pub(crate) data: Vec<PathBuf>,
    pub(crate) statistics: bool,
    pub(crate) summaries: Option<PathBuf>,
    pub(crate) log: bool,
    pub(crate) ready_file: Option<PathBuf>,
    pub(crate) control: bool,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<TlsFlags>,
}

#[cfg(feature = "tls")]
#[derive(Debug)]
pub(crate) struct TlsFlags {
    pub(crate) names: Vec<String>,
    pub(crate) ca_out: Option<PathBuf>,
    pub(crate) ca_dir: Option<PathBuf>,
    /// The files of the certificate and its key.
    pub(crate) certificate: Option<(PathBuf, PathBuf)>,
}

pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let given = Given::read(args).map_err(|error| error.to_string())?;
    if given.has("help") {
        return Ok(Command::Help);
    }
    if given.has("version") {
        return Ok(Command::Version);
    }
    for (feature, enabled, options) in [
        ("tls", cfg!(feature = "tls"), &TLS[..]),
        ("oxigraph", cfg!(feature = "oxigraph"), &["rdf-engine"]),
        ("graph", cfg!(feature = "graph"), &["graph-engine"]),
        (
            "graph or oxigraph",
            cfg!(feature = "engine"),
            &["data", "s3"],
        ),
    ] {
        if let Some(name) = options.iter().find(|name| !enabled && given.has(name)) {
            return Err(format!(
                "--{name}: this program is built without the feature {feature}"
            ));
        }
    }
    let host = given.get("host", "a name or an address without a port", host)?;
    let port = given.get("port", "a number from 0 to 65535", |text| text.parse().ok())?;
    Ok(Command::Run(Box::new(Flags {
        host: host.unwrap_or_else(|| "127.0.0.1".to_owned()),
        port: port.unwrap_or(8182),
        config: config(&given)?,
        scripts: given.paths("scripts"),
        changes: given.paths("changes"),
        #[cfg(feature = "engine")]
        data: given.paths("data"),
        statistics: given.has("statistics") || given.has("summaries"),
        summaries: given.path("summaries"),
        log: given.has("log"),
        ready_file: given.path("ready-file"),
        control: given.has("control"),
        #[cfg(feature = "tls")]
        tls: tls(&given)?,
    })))
}

fn config(given: &Given) -> Result<Config, String> {
    let mut config = Config::default()
        .log_limit(if given.has("control") { LOG_LIMIT } else { 0 })
        .strict(given.has("strict"))
        .streams(given.has("streams") || given.has("changes"))
        .statistics_need_content_type(given.has("require-content-type"))
        .fault_header(given.has("faults"));
    #[cfg(feature = "oxigraph")]
    {
        config = config.rdf_engine(given.has("rdf-engine"));
    }
    #[cfg(feature = "graph")]
    {
        config = config.graph_engine(given.has("graph-engine"));
    }
    #[cfg(feature = "engine")]
    for (uri, folder) in given.all(
        "s3",
        "s3://BUCKET/PREFIX=DIR with an existing folder",
        bucket,
    )? {
        config = config.s3(uri, Files::folder(folder));
    }
    for identity in given.all("iam", "ACCESS:SECRET or ACCESS:SECRET:TOKEN", identity)? {
        config = config.identity(identity);
    }
    let is_region = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            .then(|| text.to_owned())
    };
    if let Some(region) = given.get("region", "a region such as eu-west-1", is_region)? {
        config = config.region(region);
    }
    if let Some(role) = given.get("role", "writer or reader", role)? {
        config = config.role(role);
    }
    let expected = "a version such as 1.4.6.0 or 1.4.6.0.R1";
    if let Some(version) = given.get("engine-version", expected, engine_version)? {
        config = config.engine_version(version);
    }
    let expected = "MIN:MAX, such as 1.0:128.0";
    if let Some((least, most)) = given.get("serverless", expected, capacities)? {
        config = config.serverless(least, most);
    }
    let expected = format!("an integer from 0 to {}", u64::MAX);
    if let Some(seed) = given.get("seed", &expected, |text| text.parse().ok())? {
        config = config.seed(seed);
    }
    for (name, set) in DURATIONS {
        if let Some(duration) =
            given.get(name, "a number of seconds, such as 10 or 0.5", seconds)?
        {
            config = set(config, duration);
        }
    }
    Ok(config)
}

#[cfg(feature = "tls")]
fn tls(given: &Given) -> Result<Option<TlsFlags>, String> {
    if !TLS.iter().any(|name| given.has(name)) {
        return Ok(None);
    }
    let certificate = match (given.path("tls-cert"), given.path("tls-key")) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        (Some(_), None) => return Err("--tls-cert needs --tls-key".to_owned()),
        (None, Some(_)) => return Err("--tls-key needs --tls-cert".to_owned()),
    };
    // These are about generated certificates.
    let generated = ["tls-name", "ca-out", "ca-dir"];
    if let Some(name) = generated.iter().find(|name| given.has(name))
        && certificate.is_some()
    {
        return Err(format!("--{name} cannot be combined with --tls-cert"));
    }
    Ok(Some(TlsFlags {
        names: given.all("tls-name", "a DNS name or an IP address", certificate_name)?,
        ca_out: given.path("ca-out"),
        ca_dir: given.path("ca-dir"),
        certificate,
    }))
}

/// An IPv6 address may be in brackets, as in a URL.
fn host(text: &str) -> Option<String> {
    let inside = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let host = inside.unwrap_or(text);
    let (address, _zone) = host.split_once('%').unwrap_or((host, ""));
    let is_valid = if inside.is_some() || host.contains(':') {
        address.parse::<Ipv6Addr>().is_ok()
    } else {
        !host.contains(|character: char| character.is_whitespace() || "/[]".contains(character))
    };
    is_valid.then(|| host.to_owned())
}

/// Parses the keys. Keys and tokens have no colons.
fn identity(text: &str) -> Option<Identity> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        parts if parts.contains(&"") => None,
        [access_key, secret_key] => Some(Identity::new(*access_key, *secret_key)),
        [access_key, secret_key, token] => {
            Some(Identity::new(*access_key, *secret_key).session_token(*token))
        }
        _ => None,
    }
}

/// A bucket and its folder. The keys of objects often have equals signs, folders seldom.
#[cfg(feature = "engine")]
fn bucket(text: &str) -> Option<(String, PathBuf)> {
    let (uri, folder) = text.rsplit_once('=')?;
    let folder = PathBuf::from(folder);
    let bucket = uri.strip_prefix("s3://")?;
    let is_valid = !bucket.is_empty() && !bucket.starts_with('/') && folder.is_dir();
    is_valid.then(|| (uri.to_owned(), folder))
}

fn role(text: &str) -> Option<Role> {
    match text {
        "writer" => Some(Role::Writer),
        "reader" => Some(Role::Reader),
        _ => None,
    }
}

/// Four numbers and a suffix, such as `R1`, or `200463.0` in old versions. The engine status may put `Patch-` in front.
fn engine_version(text: &str) -> Option<String> {
    let parts: Vec<&str> = text
        .strip_prefix("Patch-")
        .unwrap_or(text)
        .split('.')
        .collect();
    let (numbers, suffix) = parts.split_at_checked(4)?;
    let is_valid = numbers
        .iter()
        .all(|part| part.parse::<u32>().is_ok() && !part.starts_with('+'))
        && suffix
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    is_valid.then(|| text.to_owned())
}

fn capacities(text: &str) -> Option<(String, String)> {
    let (least, most) = text.split_once(':')?;
    let is_valid = decimal(least)? > 0.0 && decimal(least)? <= decimal(most)?;
    is_valid.then(|| (least.to_owned(), most.to_owned()))
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(decimal(text)?).ok()
}

/// A number without a sign or an exponent.
fn decimal(text: &str) -> Option<f64> {
    let is_decimal = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| is_decimal)
}

/// A DNS name, which may begin with a wildcard, or an IP address.
#[cfg(feature = "tls")]
fn certificate_name(text: &str) -> Option<String> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_valid = rustls::pki_types::ServerName::try_from(name).is_ok();
    is_valid.then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
