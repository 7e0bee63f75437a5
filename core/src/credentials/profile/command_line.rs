//! A `credential_process` command, split into words as the AWS CLI does.

use std::{fmt, iter};

use crate::error::CredentialsError;

const UNCLOSED: &str = "a quote is not closed";

/// A program and its arguments, to be started without a shell: variables, `~` and pipes are not interpreted.
///
/// `Debug` shows only the program, because arguments may be secrets.
///
/// ```
/// use neptunedata::credentials::profile::CommandLine;
///
/// let command = CommandLine::parse(r#""/opt/my tools/keys" --user ann "two words""#)?;
/// assert_eq!(command.program(), "/opt/my tools/keys");
/// assert_eq!(command.arguments(), ["--user", "ann", "two words"]);
/// # Ok::<(), neptunedata::credentials::CredentialsError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CommandLine {
    program: String,
    arguments: Vec<String>,
}

impl CommandLine {
    /// Splits a command into words, by the rules of the target system.
    ///
    /// On every system white space separates words, and double quotes preserve it. On Windows a backslash
    /// is literal, except before a double quote: there two backslashes mean one, and a single backslash
    /// escapes the quote. On other systems the rules are those of Python's `shlex`: a backslash escapes any
    /// character, within double quotes only `"` and `\`, and single quotes preserve everything.
    ///
    /// # Errors
    ///
    /// When there is no word, a quote is not closed, a backslash has nothing to escape, or a variable
    /// is assigned before the program, which only a shell supports.
    pub fn parse(text: &str) -> Result<CommandLine, CredentialsError> {
        let split = if cfg!(windows) { windows } else { posix };
        let error = |reason| CredentialsError::new(format!("in credential_process, {reason}"));
        let mut words = split(text).map_err(error)?.into_iter();
        match words.next() {
            None => Err(error("the program is missing")),
            Some(program) if program.is_empty() => Err(error("the program name is empty")),
            Some(program) if is_assignment(&program) => Err(error(
                "a variable is assigned before the program, which only a shell supports",
            )),
            Some(program) => Ok(CommandLine {
                program,
                arguments: words.collect(),
            }),
        }
    }

    /// The program: a path, or a name to look up in the search path for programs.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// The arguments, which may be secrets.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }
}

impl fmt::Debug for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandLine")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

/// Whether the word is `NAME=value`, whose value may be a secret, and not a path that contains `=`.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        !name.is_empty() && name.chars().all(is_name)
    })
}

/// Splits a text as Python's `shlex.split` does.
pub(super) fn posix(text: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => {
                let escaped = chars.next().ok_or("nothing follows a backslash")?;
                let word = word.get_or_insert_default();
                if quote.is_some() && !matches!(escaped, '"' | '\\') {
                    word.push('\\');
                }
                word.push(escaped);
            }
            (None, ' ' | '\t' | '\r' | '\n') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(UNCLOSED);
    }
    words.extend(word);
    Ok(words)
}

fn windows(text: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    let mut rest = text;
    loop {
        let after = rest.trim_start_matches('\\');
        let backslashes = rest.len().saturating_sub(after.len());
        let mut chars = after.chars();
        let next = chars.next();
        rest = chars.as_str();
        // Before a quote, each pair of backslashes is one backslash; an odd one escapes the quote.
        let (kept, is_escape) = match next {
            Some('"') => (backslashes / 2, backslashes % 2 == 1),
            _ => (backslashes, false),
        };
        if backslashes > 0 {
            let word = word.get_or_insert_default();
            word.extend(iter::repeat_n('\\', kept));
        }
        match next {
            None => break,
            Some('"') if !is_escape => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            Some(' ' | '\t' | '\r' | '\n') if !is_quoted => words.extend(word.take()),
            Some(c) => word.get_or_insert_default().push(c),
        }
    }
    if is_quoted {
        return Err(UNCLOSED);
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_on_posix() {
        let cases: [(&str, &[&str]); 13] = [
            ("", &[]),
            (" \t\n", &[]),
            ("/bin/keys", &["/bin/keys"]),
            ("  keys \t --user\nann ", &["keys", "--user", "ann"]),
            (
                r#""/my tools/keys" "a b" c"#,
                &["/my tools/keys", "a b", "c"],
            ),
            (r#"keys --a="b c"d "" ''"#, &["keys", "--a=b cd", "", ""]),
            (
                r#"keys 'a "b" \' "c 'd'""#,
                &["keys", r#"a "b" \"#, "c 'd'"],
            ),
            (
                r#"keys "a \"b\" \\ \c \$d""#,
                &["keys", r#"a "b" \ \c \$d"#],
            ),
            (r"my\ keys \a\\ \'", &["my keys", r"a\", "'"]),
            (r#""C:\Tools\keys.cmd" a"#, &[r"C:\Tools\keys.cmd", "a"]),
            ("sh -c 'keys | jq .'", &["sh", "-c", "keys | jq ."]),
            ("keys $HOME ~ \u{e9}", &["keys", "$HOME", "~", "\u{e9}"]),
            ("keys #a \\\n", &["keys", "#a", "\n"]),
        ];
        for (text, expected) in cases {
            assert_eq!(posix(text).unwrap(), expected, "{text}");
        }
        for text in ["'", "keys \"a", "keys \"a\\", "keys 'a\"", "keys \\"] {
            posix(text).unwrap_err();
        }
    }

    #[test]
    fn words_on_windows() {
        let cases: [(&str, &[&str]); 10] = [
            ("", &[]),
            (" \t", &[]),
            (r"C:\Tools\keys.exe a\", &[r"C:\Tools\keys.exe", r"a\"]),
            (
                r#""C:\My Tools\keys.cmd" a "b c""#,
                &[r"C:\My Tools\keys.cmd", "a", "b c"],
            ),
            (
                r"\\host\share\keys 'a b'",
                &[r"\\host\share\keys", "'a", "b'"],
            ),
            (r#"keys "C:\a b\\" c"#, &["keys", r"C:\a b\", "c"]),
            (r#"keys \"a\" "\"b c\"""#, &["keys", r#""a""#, r#""b c""#]),
            (r#"keys \\\"a \\"b c""#, &["keys", r#"\"a"#, r"\b c"]),
            (r#"keys "" a"b"c"#, &["keys", "", "abc"]),
            ("\u{e9}\\\u{e9}", &["\u{e9}\\\u{e9}"]),
        ];
        for (text, expected) in cases {
            assert_eq!(windows(text).unwrap(), expected, "{text}");
        }
        for text in ["\"", r#"keys "a"#, r#"keys "a\""#] {
            windows(text).unwrap_err();
        }
    }

    #[test]
    fn no_argument_is_shown() {
        let command = CommandLine::parse("keys --token c4n4ry").unwrap();
        assert_eq!(
            format!("{command:?}"),
            r#"CommandLine { program: "keys", .. }"#
        );
        for text in ["", "\"\" c4n4ry", "TOKEN=c4n4ry keys", "keys \"c4n4ry"] {
            let error = CommandLine::parse(text).unwrap_err();
            assert!(
                error.to_string().contains("in credential_process, "),
                "{error}"
            );
            assert!(!format!("{error} {error:?}").contains("c4n4ry"));
        }
        assert_eq!(
            CommandLine::parse("/opt/a=b/keys").unwrap().program(),
            "/opt/a=b/keys"
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[ab\\\\\"' \té]{0,12}") {
            let _ = (posix(&text), windows(&text));
        }

        /// Words survive quoting by the rules of each system.
        #[test]
        fn quoted_words_are_split_again(words in prop::collection::vec("[ab\\\\\"' \té$]{0,6}", 0..5)) {
            let quoted: Vec<_> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
            prop_assert_eq!(posix(&quoted.join(" ")).unwrap(), words.clone());

            let quoted = words.iter().map(|word| {
                let mut quoted = String::from("\"");
                let mut backslashes = 0;
                for c in word.chars() {
                    if c == '"' { quoted.extend(iter::repeat_n('\\', backslashes + 1)) }
                    backslashes = if c == '\\' { backslashes + 1 } else { 0 };
                    quoted.push(c);
                }
                quoted.extend(iter::repeat_n('\\', backslashes));
                quoted + "\""
            });
            prop_assert_eq!(windows(&quoted.collect::<Vec<_>>().join("\t")).unwrap(), words);
        }
    }
}
