//! The command line.

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt as _};
use neptunedata_emulator::{Config, Identity, MlKind, Role};

/// The lines in the order in which they are printed; those about TLS are there if it is.
macro_rules! help {
    ($tls:literal) => {
        concat!(
            "\
Amazon Neptune's data API in memory, over HTTP. Prints its endpoint once it listens; Ctrl-C ends it.

Usage: neptune-emulator [options]

  --host HOST                    address to listen on (default 127.0.0.1)
  --port PORT                    port to listen on, 0 for any free one (default 8182)
  --iam ACCESS:SECRET[:TOKEN]    turn IAM authentication on and let these keys in; may be repeated
  --region REGION                region that signatures have to name (default us-east-1)
  --role writer|reader           which instance of the cluster this is (default writer)
  --engine-version VERSION       the version of the engine (default 1.4.6.0.R1)
  --serverless LEAST:MOST        make it serverless, with these bounds of capacity, such as 1.0:128.0
  --seed NUMBER                  where generated ids start (default 0)
  --ml-seconds SECONDS           how long jobs and endpoints of Neptune ML are in progress (default 10)
  --training-seconds SECONDS     the same, for model training alone
  --load-seconds SECONDS         how long a bulk load runs (default 10)
  --statistics-seconds SECONDS   how long statistics are computed after a refresh (default 10)
  --rebuild-seconds SECONDS      how long an index rebuild takes (default 10)
  --restart-seconds SECONDS      how long the restart after a fast reset takes (default 5)
  --scripts FILE                 answer queries as this file says, a script in JSON a line; see the README
  --rdf-engine                   run SPARQL and the Graph Store Protocol for real where no script answers; needs a
                                 build with the feature oxigraph
  --streams                      turn the change streams on
  --changes FILE                 the same, with the commits of this file in them, one in JSON a line; see the README
  --statistics                   have statistics and summaries of both graphs from the start
  --summaries FILE               the same, with the summaries of this file, a JSON object; see the README
  --faults                       obey the request header x-neptune-fault; the README lists what it may say
",
            $tls,
            "\
  --help                         print this
  --version                      print the version
"
        )
    };
}

/// What `--help` prints.
#[cfg(not(feature = "tls"))]
pub(crate) const HELP: &str = help!("");
#[cfg(feature = "tls")]
pub(crate) const HELP: &str = help!(
    "\
  --tls                          speak TLS, with a certificate for localhost, 127.0.0.1 and ::1
  --tls-name NAME                the same, and for this name or IP address, too; may be repeated
  --ca-out FILE                  the same, and write the root that clients have to trust to this file, in PEM
"
);

/// How many requests the log keeps: nobody reads it here, and the process may run for long.
const LOG_LIMIT: usize = 100;

/// What the command line asks for.
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
        config: Config::default().log_limit(LOG_LIMIT),
        scripts: Vec::new(),
        changes: Vec::new(),
        statistics: false,
        summaries: None,
        #[cfg(feature = "tls")]
        tls: None,
        #[cfg(feature = "tls")]
        ca_out: None,
    };
    let mut parser = Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        flags.config = match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Command::Version),
            Arg::Long("host") => {
                flags.host = parser.value()?.string()?;
                flags.config
            }
            Arg::Long("port") => {
                flags.port = parser
                    .value()?
                    .parse()
                    .map_err(|error| format!("--port: {error}"))?;
                flags.config
            }
            Arg::Long("iam") => flags.config.identity(identity(&parser.value()?.string()?)?),
            Arg::Long("region") => flags.config.region(parser.value()?.string()?),
            Arg::Long("role") => {
                let role = match parser.value()?.string()?.as_str() {
                    "writer" => Role::Writer,
                    "reader" => Role::Reader,
                    _ => return Err("--role: expected writer or reader".into()),
                };
                flags.config.role(role)
            }
            Arg::Long("engine-version") => flags.config.engine_version(parser.value()?.string()?),
            Arg::Long("serverless") => {
                let bounds = parser.value()?.string()?;
                let (least, most) = bounds
                    .split_once(':')
                    .ok_or("--serverless: expected LEAST:MOST")?;
                flags.config.serverless(least, most)
            }
            Arg::Long("seed") => {
                let seed = parser.value()?.parse();
                flags
                    .config
                    .seed(seed.map_err(|error| format!("--seed: {error}"))?)
            }
            Arg::Long("ml-seconds") => {
                let duration = seconds(&mut parser, "--ml-seconds")?;
                let kinds = [
                    MlKind::DataProcessing,
                    MlKind::ModelTraining,
                    MlKind::ModelTransform,
                    MlKind::Endpoint,
                ];
                kinds.into_iter().fold(flags.config, |config, kind| {
                    config.ml_duration(kind, duration)
                })
            }
            Arg::Long("training-seconds") => flags
                .config
                .training_duration(seconds(&mut parser, "--training-seconds")?),
            Arg::Long("load-seconds") => flags
                .config
                .load_duration(seconds(&mut parser, "--load-seconds")?),
            Arg::Long("statistics-seconds") => flags
                .config
                .statistics_duration(seconds(&mut parser, "--statistics-seconds")?),
            Arg::Long("rebuild-seconds") => flags
                .config
                .rebuild_duration(seconds(&mut parser, "--rebuild-seconds")?),
            Arg::Long("restart-seconds") => flags
                .config
                .restart_duration(seconds(&mut parser, "--restart-seconds")?),
            Arg::Long("scripts") => {
                flags.scripts.push(parser.value()?.into());
                flags.config
            }
            Arg::Long("rdf-engine") => rdf_engine(flags.config)?,
            Arg::Long("streams") => flags.config.streams(true),
            Arg::Long("changes") => {
                flags.changes.push(parser.value()?.into());
                flags.config.streams(true)
            }
            Arg::Long("statistics") => {
                flags.statistics = true;
                flags.config
            }
            Arg::Long("summaries") => {
                flags.statistics = true;
                flags.summaries = Some(parser.value()?.into());
                flags.config
            }
            Arg::Long("faults") => flags.config.fault_header(true),
            #[cfg(feature = "tls")]
            Arg::Long("tls") => {
                flags.tls.get_or_insert_default();
                flags.config
            }
            #[cfg(feature = "tls")]
            Arg::Long("tls-name") => {
                let tls = flags.tls.unwrap_or_default();
                flags.tls = Some(tls.name(parser.value()?.string()?));
                flags.config
            }
            #[cfg(feature = "tls")]
            Arg::Long("ca-out") => {
                flags.tls.get_or_insert_default();
                flags.ca_out = Some(parser.value()?.into());
                flags.config
            }
            other => return Err(other.unexpected().into()),
        };
    }
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

fn seconds(parser: &mut Parser, flag: &str) -> Result<Duration, Box<dyn Error>> {
    let seconds = parser.value()?.parse();
    Ok(Duration::from_secs(
        seconds.map_err(|error| format!("{flag}: {error}"))?,
    ))
}

/// Keys and tokens have no colons. The message does not repeat what was given: it may be a secret.
fn identity(text: &str) -> Result<Identity, &'static str> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [access_key, secret_key] if !parts.contains(&"") => {
            Ok(Identity::new(*access_key, *secret_key))
        }
        [access_key, secret_key, token] if !parts.contains(&"") => {
            Ok(Identity::new(*access_key, *secret_key).session_token(*token))
        }
        _ => Err("--iam: expected ACCESS:SECRET or ACCESS:SECRET:TOKEN"),
    }
}

#[cfg(test)]
mod tests;
