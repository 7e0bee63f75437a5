//! The command line.

use std::error::Error;
use std::ffi::OsString;
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
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<neptunedata_emulator::Tls>,
    #[cfg(feature = "tls")]
    pub(crate) ca_out: Option<std::path::PathBuf>,
}

pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Box<dyn Error>> {
    let mut flags = Flags {
        host: "127.0.0.1".to_owned(),
        port: 8182,
        config: Config::default().log_limit(LOG_LIMIT),
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
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Command, String> {
        super::parse(args.iter().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn flags_are_read() {
        let Ok(Command::Run(flags)) = parse(&[
            "--port=0",
            "--host",
            "::1",
            "--iam",
            "A:S:T",
            "--region",
            "eu-west-1",
        ]) else {
            panic!("refused");
        };
        assert_eq!((flags.host.as_str(), flags.port), ("::1", 0));
        let config = format!("{:?}", flags.config);
        assert!(
            config.contains("eu-west-1") && config.contains("temporary: true"),
            "{config}"
        );
        assert!(matches!(
            parse(&[]),
            Ok(Command::Run(flags)) if flags.port == 8182
        ));
        let Ok(Command::Run(flags)) = parse(&[
            "--role=reader",
            "--engine-version",
            "1.2.0.2.R6",
            "--serverless=1.0:8.0",
            "--seed=7",
            "--ml-seconds=61",
            "--training-seconds=62",
            "--load-seconds=63",
            "--statistics-seconds=64",
            "--rebuild-seconds=65",
            "--restart-seconds=66",
        ]) else {
            panic!("refused");
        };
        let config = format!("{:?}", flags.config);
        for part in [
            "Reader",
            "1.2.0.2.R6",
            "(\"1.0\", \"8.0\")",
            "seed: 7",
            "Endpoint: 61s",
            "ModelTraining: 62s",
            "load_duration: 63s",
            "statistics_duration: 64s",
            "rebuild_duration: 65s",
            "restart_duration: 66s",
        ] {
            assert!(config.contains(part), "{part}: {config}");
        }
        assert!(matches!(parse(&["--help"]), Ok(Command::Help)));
        assert!(matches!(parse(&["--version"]), Ok(Command::Version)));
    }

    #[cfg(feature = "tls")]
    #[test]
    fn flags_about_tls_ask_for_it() {
        for args in [
            &["--tls"][..],
            &["--tls-name", "db.example"],
            &["--ca-out", "ca.pem"],
        ] {
            assert!(
                matches!(parse(args), Ok(Command::Run(flags)) if flags.tls.is_some()),
                "{args:?}"
            );
        }
        assert!(matches!(parse(&[]), Ok(Command::Run(flags)) if flags.tls.is_none()));
    }

    #[test]
    fn bad_flags_are_named() {
        for (args, named) in [
            (["--port", "eighty"], "--port"),
            (["--port", "65536"], "--port"),
            (["--training-seconds", "-1"], "--training-seconds"),
            (["--ml-seconds", "soon"], "--ml-seconds"),
            (["--load-seconds", ""], "--load-seconds"),
            (["--statistics-seconds", "1.5"], "--statistics-seconds"),
            (["--rebuild-seconds", "x"], "--rebuild-seconds"),
            (["--restart-seconds", "x"], "--restart-seconds"),
            (["--role", "replica"], "--role"),
            (["--serverless", "1.0"], "--serverless"),
            (["--seed", "x"], "--seed"),
            (["--iam", "very:"], "--iam"),
            (["--iam", "a:b:c:d"], "--iam"),
            (["--nonsense", "1"], "--nonsense"),
            (["stray", "1"], "stray"),
        ] {
            let message = parse(&args).expect_err("accepted");
            assert!(message.contains(named), "{message}");
        }
        assert!(parse(&["--port"]).is_err_and(|message| message.contains("--port")));
    }
}
