//! The options of the command line: their names, values and help, and how they are read.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;

use lexopt::{Arg, Parser};

/// An option of the command line.
#[derive(Debug)]
pub(crate) struct CommandOption {
    name: &'static str,
    /// What `--help` calls its value; empty if it has none.
    value: &'static str,
    /// Whether it may be given several times.
    repeats: bool,
    /// The lines about it.
    help: &'static str,
}

const fn flag(name: &'static str, help: &'static str) -> CommandOption {
    one(name, "", help)
}

const fn one(name: &'static str, value: &'static str, help: &'static str) -> CommandOption {
    CommandOption {
        name,
        value,
        repeats: false,
        help,
    }
}

const fn many(name: &'static str, value: &'static str, help: &'static str) -> CommandOption {
    CommandOption {
        name,
        value,
        repeats: true,
        help,
    }
}

/// All options, in the order in which they are printed.
#[rustfmt::skip]
const OPTIONS: &[CommandOption] = &[
    one("host", "HOST", "address or name to listen on (default 127.0.0.1)"),
    one("port", "PORT", "port to listen on, 0 for any free one (default 8182)"),
    many("iam", "ACCESS:SECRET[:TOKEN]", "enable IAM authentication and accept these keys; may be repeated"),
    one("region", "REGION", "region that signatures must have (default us-east-1)"),
    one("role", "writer|reader", "role of the instance (default writer)"),
    one("engine-version", "VERSION", "engine version (default 1.4.6.0.R1)"),
    one("serverless", "MIN:MAX", "serverless, with this capacity range in NCUs, such as 1.0:128.0"),
    one("seed", "NUMBER", "seed of generated ids (default 0)"),
    one("ml-seconds", "SECONDS", "duration of Neptune ML jobs and of creating endpoints (default 10);\nall durations may have decimals"),
    one("training-seconds", "SECONDS", "duration of model training only (default: --ml-seconds)"),
    one("load-seconds", "SECONDS", "duration of a bulk load (default 10)"),
    many("s3", "URI=DIR", "let bulk loads from s3://BUCKET or s3://BUCKET/PREFIX read this folder; needs\nthe engine for the format; may be repeated"),
    many("data", "DIR", "load all files in this folder at the start, in the formats of --s3; needs the\nengine for the format; may be repeated"),
    one("statistics-seconds", "SECONDS", "duration of a statistics refresh (default 10)"),
    one("rebuild-seconds", "SECONDS", "duration of an index rebuild (default 10)"),
    one("restart-seconds", "SECONDS", "duration of the restart after a fast reset (default 5)"),
    one("query-timeout", "SECONDS", "time limit of queries that an engine executes (default 120)"),
    many("scripts", "FILE", "read the responses to queries from this file, one JSON script per line;\nmay be repeated"),
    flag("strict", "refuse queries that no script matches, rather than return an empty result"),
    flag("rdf-engine", "execute SPARQL and the Graph Store Protocol on a real engine if no script\nmatches; needs the feature oxigraph"),
    flag("graph-engine", "execute openCypher on a real engine if no script matches; needs the\nfeature graph"),
    flag("streams", "enable change streams"),
    many("changes", "FILE", "enable change streams and add the commits in this file, one JSON object\nper line; may be repeated"),
    flag("statistics", "provide statistics and summaries of both graphs from the start"),
    flag("require-content-type", "refuse a POST to the statistics without a content type"),
    one("summaries", "FILE", "like --statistics, with the summaries in this file, a JSON object"),
    flag("faults", "enable the request header x-neptune-fault"),
    flag("log", "write a line of JSON about each request to the standard error output;\n--log json is the same"),
    one("ready-file", "FILE", "write the endpoint to this file when the server accepts connections, and\nremove the file at the end"),
    flag("control", "answer requests below /_emulator/, with which tests reset the emulator,\nadvance its clock, add scripts and faults, and read its log"),
    flag("tls", "enable TLS with a certificate for localhost, 127.0.0.1 and ::1; the options\nabout TLS need the feature tls"),
    many("tls-name", "NAME", "like --tls, and add this name or IP address to the certificate;\nmay be repeated"),
    one("ca-out", "FILE", "like --tls, and write the root certificate to this file, in PEM"),
    one("ca-dir", "DIR", "like --tls, and keep the root certificate in this folder, as ca.pem,\nso that clients need to trust it only once"),
    one("tls-cert", "FILE", "like --tls, with this certificate, in PEM; needs --tls-key"),
    one("tls-key", "FILE", "private key of the certificate, in PEM"),
    flag("help", "print this help"),
    flag("version", "print the version"),
];

/// What `--help` prints.
pub(crate) fn help() -> String {
    let mut text = "\
        An in-memory emulator of Amazon Neptune's data API over HTTP.\n\
        Prints its endpoint when it listens; Ctrl-C stops it.\n\
        It has no WebSockets and no Bolt: send Gremlin and openCypher over HTTP.\n\
        Handshakes of both get status 501.\n\n\
        Usage: neptune-emulator [options]\n\n"
        .to_owned();
    for option in OPTIONS {
        let name = format!("--{} {}", option.name, option.value);
        let mut lines = option.help.lines();
        let first = lines.next().unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name:<29}  {first}");
        for line in lines {
            let _ = writeln!(text, "  {:29}  {line}", "");
        }
    }
    text.push_str(
        "\nThe manual describes the files and the faults:\n\
         https://docs.rs/neptunedata-emulator/latest/neptunedata_emulator/manual/\n",
    );
    text
}

/// Reads the optional value of `--log`: JSON is the only format.
fn check_format(parser: &mut Parser) -> Result<(), lexopt::Error> {
    let format = match parser.optional_value() {
        None => parser.raw_args()?.next_if(|value| value == "json"),
        attached => attached,
    };
    match format {
        Some(other) if other != "json" => {
            Err(format!("--log: expected json, not {other:?}").into())
        }
        _ => Ok(()),
    }
}

/// The options that were given, with their values.
#[derive(Debug, Default)]
pub(crate) struct Given(BTreeMap<&'static str, Vec<OsString>>);

impl Given {
    pub(crate) fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let mut given = Self::default();
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            let name = match arg {
                Arg::Short('h') => "help",
                Arg::Short('V') => "version",
                Arg::Long(name) => name,
                other => return Err(other.unexpected()),
            };
            let Some(option) = OPTIONS.iter().find(|option| option.name == name) else {
                return Err(arg.unexpected());
            };
            let values = given.0.entry(option.name).or_default();
            if option.name == "log" {
                check_format(&mut parser)?;
            }
            if option.value.is_empty() {
                continue;
            }
            if !values.is_empty() && !option.repeats {
                return Err(format!("--{} is given twice", option.name).into());
            }
            let value = parser.value()?;
            if value.is_empty() {
                return Err(format!("--{}: the value is empty", option.name).into());
            }
            given.0.entry(option.name).or_default().push(value);
        }
        Ok(given)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn values(&self, name: &str) -> &[OsString] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn paths(&self, name: &str) -> Vec<PathBuf> {
        self.values(name).iter().map(PathBuf::from).collect()
    }

    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.paths(name).pop()
    }

    /// The values of an option. A value that `read` does not accept is an error.
    pub(crate) fn all<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, String> {
        let values = self.values(name).iter();
        let read = |value: &OsString| {
            let read = value.to_str().and_then(&read);
            // Values of this option are secrets.
            let shown = (name != "iam").then(|| format!(", not {value:?}"));
            read.ok_or_else(|| {
                format!("--{name}: expected {expected}{}", shown.unwrap_or_default())
            })
        };
        values.map(read).collect()
    }

    /// The value of an option that is not repeated.
    pub(crate) fn get<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, String> {
        Ok(self.all(name, expected, read)?.pop())
    }
}
