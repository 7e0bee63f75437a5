//! The command line.

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt as _};
use neptunedata_emulator::{Config, Identity, MlKind, Role};

/// The lines in the order in which they are printed; the lines about TLS only if the feature is enabled.
macro_rules! help {
    ($tls:literal) => {
        concat!(
            "\
An in-memory emulator of Amazon Neptune's data API over HTTP. Prints its endpoint when it listens; Ctrl-C stops it.

Usage: neptune-emulator [options]

  --host HOST                    address to listen on (default 127.0.0.1)
  --port PORT                    port to listen on, 0 for any free one (default 8182)
  --iam ACCESS:SECRET[:TOKEN]    enable IAM authentication and accept these keys; may be repeated
  --region REGION                region that signatures must have (default us-east-1)
  --role writer|reader           role of the instance (default writer)
  --engine-version VERSION       engine version (default 1.4.6.0.R1)
  --serverless MIN:MAX           serverless, with this capacity range in NCUs, such as 1.0:128.0
  --seed NUMBER                  seed of generated ids (default 0)
  --ml-seconds SECONDS           duration of Neptune ML jobs and of creating endpoints (default 10); all durations are integers
  --training-seconds SECONDS     duration of model training only; must follow --ml-seconds, which sets it too
  --load-seconds SECONDS         duration of a bulk load (default 10)
  --statistics-seconds SECONDS   duration of a statistics refresh (default 10)
  --rebuild-seconds SECONDS      duration of an index rebuild (default 10)
  --restart-seconds SECONDS      duration of the restart after a fast reset (default 5)
  --scripts FILE                 read the responses to queries from this file, one JSON script per line; may be repeated
  --rdf-engine                   execute SPARQL and the Graph Store Protocol on a real engine if no script matches; needs
                                 the feature oxigraph
  --streams                      enable change streams
  --changes FILE                 enable change streams and add the commits in this file, one JSON object per line
  --statistics                   provide statistics and summaries of both graphs from the start
  --summaries FILE               like --statistics, with the summaries in this file, a JSON object
  --faults                       enable the request header x-neptune-fault
",
            $tls,
            "  --help                         print this help
  --version                      print the version

The manual describes the files and the faults: https://docs.rs/neptunedata-emulator/latest/neptunedata_emulator/manual/
"
        )
    };
}

/// What `--help` prints.
#[cfg(not(feature = "tls"))]
pub(crate) const HELP: &str = help!("");
#[cfg(feature = "tls")]
pub(crate) const HELP: &str = help!(
    "  --tls                          enable TLS with a certificate for localhost, 127.0.0.1 and ::1
  --tls-name NAME                like --tls, and add this name or IP address to the certificate; may be repeated
  --ca-out FILE                  like --tls, and write the root certificate to this file, in PEM
"
);

/// How many requests the log keeps. The binary never reads the log, and the process may run for a long time.
const LOG_LIMIT: usize = 100;

type SetDuration = fn(Config, Duration) -> Config;

/// The flags with a number of seconds.
const DURATIONS: [(&str, SetDuration); 6] = [
    ("ml-seconds", ml_duration),
    ("training-seconds", |config, time| {
        config.ml_duration(MlKind::ModelTraining, time)
    }),
    ("load-seconds", Config::load_duration),
    ("statistics-seconds", Config::statistics_duration),
    ("rebuild-seconds", Config::rebuild_duration),
    ("restart-seconds", Config::restart_duration),
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
    pub(crate) statistics: bool,
    pub(crate) summaries: Option<PathBuf>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<neptunedata_emulator::Tls>,
    #[cfg(feature = "tls")]
    pub(crate) ca_out: Option<PathBuf>,
}

pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Box<dyn Error>> {
    let mut flags = Flags {
        host: "127.0.0.1".to_owned(),
        port: 8182,
        config: Config::default(),
        scripts: Vec::new(),
        changes: Vec::new(),
        statistics: false,
        summaries: None,
        #[cfg(feature = "tls")]
        tls: None,
        #[cfg(feature = "tls")]
        ca_out: None,
    };
    let mut config = Config::default().log_limit(LOG_LIMIT);
    let mut parser = Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        if let Some((name, set)) = DURATIONS.iter().find(|(name, _)| arg == Arg::Long(name)) {
            let seconds = number(&mut parser, name)?;
            config = set(config, Duration::from_secs(seconds));
            continue;
        }
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Command::Version),
            Arg::Long("host") => flags.host = parser.value()?.string()?,
            Arg::Long("port") => flags.port = number(&mut parser, "port")?,
            Arg::Long("iam") => config = config.identity(identity(&parser.value()?.string()?)?),
            Arg::Long("region") => config = config.region(parser.value()?.string()?),
            Arg::Long("role") => config = config.role(role(&parser.value()?.string()?)?),
            Arg::Long("engine-version") => {
                config = config.engine_version(parser.value()?.string()?);
            }
            Arg::Long("serverless") => {
                let bounds = parser.value()?.string()?;
                let bounds = bounds.split_once(':');
                let (least, most) = bounds.ok_or("--serverless: expected MIN:MAX")?;
                config = config.serverless(least, most);
            }
            Arg::Long("seed") => config = config.seed(number(&mut parser, "seed")?),
            Arg::Long("scripts") => flags.scripts.push(parser.value()?.into()),
            Arg::Long("rdf-engine") => config = rdf_engine(config)?,
            Arg::Long("streams") => config = config.streams(true),
            Arg::Long("changes") => {
                flags.changes.push(parser.value()?.into());
                config = config.streams(true);
            }
            Arg::Long("statistics") => flags.statistics = true,
            Arg::Long("summaries") => {
                flags.statistics = true;
                flags.summaries = Some(parser.value()?.into());
            }
            Arg::Long("faults") => config = config.fault_header(true),
            #[cfg(feature = "tls")]
            Arg::Long("tls") => {
                flags.tls.get_or_insert_default();
            }
            #[cfg(feature = "tls")]
            Arg::Long("tls-name") => {
                let tls = flags.tls.unwrap_or_default();
                flags.tls = Some(tls.name(parser.value()?.string()?));
            }
            #[cfg(feature = "tls")]
            Arg::Long("ca-out") => {
                flags.tls.get_or_insert_default();
                flags.ca_out = Some(parser.value()?.into());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    flags.config = config;
    Ok(Command::Run(Box::new(flags)))
}

#[cfg(feature = "oxigraph")]
fn rdf_engine(config: Config) -> Result<Config, &'static str> {
    Ok(config.rdf_engine(true))
}

#[cfg(not(feature = "oxigraph"))]
fn rdf_engine(_: Config) -> Result<Config, &'static str> {
    Err("--rdf-engine: this program is built without the feature oxigraph")
}

/// The value of a flag that is a number.
fn number<T>(parser: &mut Parser, flag: &str) -> Result<T, Box<dyn Error>>
where
    T: FromStr<Err: Into<Box<dyn Error + Send + Sync>>>,
{
    let number = parser.value()?.parse();
    Ok(number.map_err(|error| format!("--{flag}: {error}"))?)
}

fn role(text: &str) -> Result<Role, &'static str> {
    match text {
        "writer" => Ok(Role::Writer),
        "reader" => Ok(Role::Reader),
        _ => Err("--role: expected writer or reader"),
    }
}

/// Parses the keys. Keys and tokens have no colons. The message does not repeat the value, which may be a secret.
fn identity(text: &str) -> Result<Identity, &'static str> {
    const KEYS: &str = "--iam: expected ACCESS:SECRET or ACCESS:SECRET:TOKEN";
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        parts if parts.contains(&"") => Err(KEYS),
        [access_key, secret_key] => Ok(Identity::new(*access_key, *secret_key)),
        [access_key, secret_key, token] => {
            Ok(Identity::new(*access_key, *secret_key).session_token(*token))
        }
        _ => Err(KEYS),
    }
}

#[cfg(test)]
mod tests;
