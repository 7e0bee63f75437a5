//! The options of the command line.

use lexopt::{Arg, Parser, ValueExt};

use crate::Size;

pub(crate) const HELP: &str = "\
Usage: table [OPTIONS]

  --rounds N    measure each row N times (default: 15; with --short: 1)
  --only TEXT   only the rows whose name contains TEXT
  --json        print each row as one line of JSON, to compare runs
  --check       exit with 1 if a row misses its target and no profile explains why
  --short       minimal work and small bodies, to check that each row runs; the figures mean nothing
";

pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) only: Option<String>,
    pub(crate) json: bool,
    pub(crate) check: bool,
    pub(crate) size: Size,
}

impl Options {
    /// `None` if help is requested.
    pub(crate) fn parse(mut parser: Parser) -> Result<Option<Self>, lexopt::Error> {
        let mut rounds = None;
        let mut options = Options {
            rounds: 0,
            only: None,
            json: false,
            check: false,
            size: Size::Full,
        };
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("rounds") => rounds = Some(parser.value()?.parse()?),
                Arg::Long("only") => options.only = Some(parser.value()?.string()?),
                Arg::Long("json") => options.json = true,
                Arg::Long("check") => options.check = true,
                Arg::Long("short") => options.size = Size::Short,
                Arg::Long("help") | Arg::Short('h') => return Ok(None),
                _ => return Err(argument.unexpected()),
            }
        }
        options.rounds = rounds.unwrap_or(match options.size {
            Size::Full => 15,
            Size::Short => 1,
        });
        if options.rounds == 0 {
            return Err("--rounds must be at least 1".into());
        }
        if options.check && options.size == Size::Short {
            return Err("--check needs figures, and --short measures none".into());
        }
        Ok(Some(options))
    }

    pub(crate) fn selects(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|text| name.contains(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, String> {
        Options::parse(Parser::from_args(arguments))
            .map(|options| options.expect("no help"))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn options() {
        let options = parse(&[]).unwrap();
        assert_eq!(
            (options.rounds, options.check, options.json),
            (15, false, false)
        );
        assert!(options.selects("cancel"));
        let options = parse(&["--short", "--only", "Gremlin"]).unwrap();
        assert_eq!(options.rounds, 1);
        assert!(options.selects("a Gremlin query") && !options.selects("cancel"));
        assert_eq!(parse(&["--rounds", "3"]).unwrap().rounds, 3);
        assert!(parse(&["--rounds", "0"]).is_err());
        assert!(parse(&["--short", "--check"]).is_err());
        assert!(parse(&["--long"]).is_err());
    }
}
