//! The command line.

use std::error::Error;
use std::ffi::OsString;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt as _};
use neptunedata_emulator::{Config, Identity};

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
  --training-seconds SECONDS     how long a model-training job is in progress (default 10)
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
            Arg::Long("training-seconds") => {
                let seconds = parser
                    .value()?
                    .parse()
                    .map_err(|error| format!("--training-seconds: {error}"))?;
                flags.config.training_duration(Duration::from_secs(seconds))
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
