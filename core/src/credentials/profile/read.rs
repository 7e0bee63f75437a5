//! Parses one profile file as the AWS CLI does, with the rules of Python's `configparser`.

use std::collections::BTreeMap;

use super::{ProfileError, ProfileFile, command_line::posix};

/// Settings by their names, which are in lower case.
pub(super) type Settings = BTreeMap<String, String>;

/// The section whose settings all other sections have as well.
const DEFAULTS: &str = "DEFAULT";

const COMMENT: [char; 2] = ['#', ';'];

const NO_SECTION: &str = "setting before the first section";
const NO_BRACKET: &str = "section name without a closing ]";
const NO_DELIMITER: &str = "setting without = or :";
const NO_EQUALS: &str = "nested setting without =";
const NO_NAME: &str = "setting without a name";

/// What one file contains.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct Sections {
    pub(super) profiles: BTreeMap<String, Settings>,
    /// The names of all sections in the order of the file, for error texts.
    pub(super) names: Vec<String>,
}

/// The setting that a more deeply indented line continues.
struct Above {
    name: String,
    indent: usize,
    /// The value is empty, so the deeper lines are nested settings.
    is_nested: bool,
}

/// Reads the profiles of one file.
pub(super) fn read(file: ProfileFile, text: &str) -> Result<Sections, ProfileError> {
    let mut names: Vec<String> = Vec::new();
    let mut sections: BTreeMap<String, Settings> = BTreeMap::new();
    let mut above: Option<Above> = None;
    let mut section = None;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n");
    for (line, text) in (1..).zip(text.split(['\n', '\r'])) {
        let at = |reason| ProfileError {
            file,
            name: None,
            line,
            reason,
        };
        let content = text.trim_start_matches(is_space);
        let indent = text.len().saturating_sub(content.len());
        let content = content.trim_end_matches(is_space);
        if content.is_empty() || content.starts_with(COMMENT) {
            continue;
        }
        let continued = above.as_ref().filter(|above| above.indent < indent);
        // A deeper indented `[` is part of the value above and does not begin a section.
        if continued.is_none()
            && let Some(name) = header(content)
        {
            if !sections.contains_key(name) {
                names.push(name.to_owned());
            }
            sections.entry(name.to_owned()).or_default();
            section = Some(name.to_owned());
            above = None;
            continue;
        }
        let is_header = continued.is_none() && content.starts_with('[');
        let settings = section.as_ref().and_then(|name| sections.get_mut(name));
        let settings =
            settings.ok_or_else(|| at(if is_header { NO_BRACKET } else { NO_SECTION }))?;
        if let Some(above) = continued {
            // Nested settings are only checked: they are not needed, and stay part of the value.
            if above.is_nested && !content.contains('=') {
                return Err(at(NO_EQUALS));
            }
            let value = settings.entry(above.name.clone()).or_default();
            value.push('\n');
            value.push_str(content);
        } else {
            let (name, value) = setting(content)
                .map_err(|reason| at(if is_header { NO_BRACKET } else { reason }))?;
            settings.insert(name.clone(), value.to_owned());
            let is_nested = value.is_empty();
            above = Some(Above {
                name,
                indent,
                is_nested,
            });
        }
    }
    let profiles = profiles(file, &names, sections);
    Ok(Sections { profiles, names })
}

/// The profiles among the sections, with the settings of `[DEFAULT]`.
fn profiles(
    file: ProfileFile,
    names: &[String],
    mut sections: BTreeMap<String, Settings>,
) -> BTreeMap<String, Settings> {
    let defaults = sections.remove(DEFAULTS).unwrap_or_default();
    // If two sections are the same profile, the last one counts.
    let mut profiles = BTreeMap::new();
    for name in names.iter().filter(|name| *name != DEFAULTS) {
        if let (Some(profile), Some(settings)) = (profile(file, name), sections.remove(name)) {
            let mut merged = defaults.clone();
            merged.extend(settings);
            profiles.insert(profile, merged);
        }
    }
    profiles
}

/// White space by Python's rules.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}

/// The name of the section that `[…]` begins. Anything may follow the bracket.
fn header(line: &str) -> Option<&str> {
    let line = line.strip_prefix('[')?;
    // The name ends with the last bracket of the line, but a comment may contain brackets.
    let comment = ["]#", "];", "] #", "] ;"]
        .iter()
        .filter_map(|comment| line.find(comment));
    let end = comment.min().or_else(|| line.rfind(']'))?;
    let name = line.get(..end).filter(|name| !name.is_empty())?;
    Some(name.trim_matches(is_space))
}

/// The profile of a section. In the config file, the name is a word in the syntax of a shell after `profile`.
fn profile(file: ProfileFile, section: &str) -> Option<String> {
    if file == ProfileFile::Credentials || section == "default" {
        return Some(section.to_owned());
    }
    if !section.starts_with("profile") {
        return None;
    }
    let mut words = posix(section).ok()?.into_iter().skip(1);
    words.next().filter(|_| words.next().is_none())
}

/// Name and value of a line without the space around it.
fn setting(line: &str) -> Result<(String, &str), &'static str> {
    let comment = line
        .match_indices(COMMENT)
        .map(|(at, _)| line.split_at(at).0)
        .find(|before| before.ends_with(is_space));
    let line = comment.unwrap_or(line);
    let (name, value) = line.split_once(['=', ':']).ok_or(NO_DELIMITER)?;
    let name = name.trim_matches(is_space);
    if name.is_empty() {
        return Err(NO_NAME);
    }
    Ok((name.to_lowercase(), value.trim_matches(is_space)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name{setting=value,…} …`, with line ends in values as `|`.
    fn shown(file: ProfileFile, text: &str) -> String {
        let profiles = match read(file, text) {
            Ok(sections) => sections.profiles,
            Err(error) => return format!("{} {}", error.line, error.reason),
        };
        let profiles = profiles.iter().map(|(name, settings)| {
            let settings = settings
                .iter()
                .map(|(name, value)| format!("{name}={}", value.replace('\n', "|")));
            format!("{name}{{{}}}", settings.collect::<Vec<_>>().join(","))
        });
        profiles.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn config_files() {
        let cases = [
            ("", ""),
            ("\u{feff}[default]\na = 1", "default{a=1}"),
            ("[default]\r\na = 1\r\nb = 2\r\n\r\n", "default{a=1,b=2}"),
            ("[default]\r\na = 1\r", "default{a=1}"),
            ("[profile x]", "x{}"),
            ("[ profile\t x \t]  \na=1", "x{a=1}"),
            (
                "[profile a-b:c/d_e%f.g@h+i]\n[profile a!b]\nx=1",
                "a!b{x=1} a-b:c/d_e%f.g@h+i{}",
            ),
            // Names in quotes, as in a shell.
            ("[profile \"two words\"]\na=1", "two words{a=1}"),
            ("[profile 'two words']\na=1", "two words{a=1}"),
            ("[profile two\\ words]\na=1", "two words{a=1}"),
            ("[profile 'it'\"'\"'s']\na=1", "it's{a=1}"),
            ("[profile x#y]\na=1", "x#y{a=1}"),
            ("[profile two words]\na=1\n[profile 'x]\na=1", ""),
            ("[profile x]\na=1\n[profile \"x\"]\nb=1", "x{b=1}"),
            // Settings of all sections.
            (
                "[DEFAULT]\na=1\nb=1\n[profile x]\nb=2\n[profile y]",
                "x{a=1,b=2} y{a=1,b=1}",
            ),
            (
                "[x]\na=1\n[profilex]\na=1\n[profile ]\na=1\n[[default]\na=1",
                "",
            ),
            (
                "[sso-session x]\na=1\n[services y]\ns3 =\n  endpoint_url = z\n[profile z]\nb=2",
                "z{b=2}",
            ),
            // Which default counts.
            ("[default]\na=1\n[profile default]\nb=2", "default{b=2}"),
            (
                "[profile default]\nb=2\n[default]\na=1\n[profile default]\nc=3",
                "default{a=1}",
            ),
            // Settings.
            ("[default]\nA_b \t= \t1 2 \t", "default{a_b=1 2}"),
            ("[default]\na : 1\nb:c=d\ne=f:g", "default{a=1,b=c=d,e=f:g}"),
            ("[default]\ra=1\rb=2", "default{a=1,b=2}"),
            ("[default]\na=b=c\nb=\"c\"\nd=", "default{a=b=c,b=\"c\",d=}"),
            ("[default]\na=1\nA=2", "default{a=2}"),
            (
                "[default]\na=1\n[profile x]\n[default]\na=2\nb=3",
                "default{a=2,b=3} x{}",
            ),
            (
                "[default]\na=\u{1f602} \u{e9}",
                "default{a=\u{1f602} \u{e9}}",
            ),
            // Comments.
            (
                "# 1\n; 2\n[default] # 3\na=1 # 4 ; 5\nb=2\t;6\n",
                "default{a=1,b=2}",
            ),
            (
                "[default];1\n[profile x]#2 [3]\na=1#2\nb=1;2 ;3",
                "default{} x{a=1#2,b=1;2}",
            ),
            (
                "[profile x] ; note [1]\na=1\n[profile y] note\nb=1",
                "x{a=1} y{b=1}",
            ),
            ("[default]\na= # nothing\n  b=1", "default{a=|b=1}"),
            (
                "[default]\n  # indented\na=1\n  ; indented\n  b",
                "default{a=1|b}",
            ),
            // Continuations.
            ("[default]\na=1\n  2 \n\t3 # 4", "default{a=1|2|3 # 4}"),
            (
                "[default]\ns3 =\n a=1\n\n b =2\nc=3",
                "default{c=3,s3=|a=1|b =2}",
            ),
            (
                "[default]\ns3 =\n a=\n two words = 1",
                "default{s3=|a=|two words = 1}",
            ),
            (
                "[default]\na=1\n [profile x]\n b=2",
                "default{a=1|[profile x]|b=2}",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(ProfileFile::Config, text), expected, "{text:?}");
        }
    }

    #[test]
    fn credentials_files() {
        let cases = [
            ("[default]\na=1\n[ x ]\nb=2", "default{a=1} x{b=2}"),
            ("[x y]\na=1\n['x']\nb=1", "'x'{b=1} x y{a=1}"),
            ("[default]\n[default]\na=1", "default{a=1}"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(ProfileFile::Credentials, text), expected, "{text:?}");
        }
    }

    #[test]
    fn invalid_lines() {
        let cases = [
            ("a=1", 1, NO_SECTION),
            ("\n# 1\n  a", 3, NO_SECTION),
            ("[profile x\na=1", 1, NO_BRACKET),
            ("[default]\na=1\n[profile x\na=1", 3, NO_BRACKET),
            ("[]\na=1", 1, NO_BRACKET),
            ("[default]\n\na 1", 3, NO_DELIMITER),
            ("[default]\n: 1", 2, NO_NAME),
            ("[default]\r\na # = 1", 2, NO_DELIMITER),
            ("[default]\n= 1", 2, NO_NAME),
            ("[default]\n  -1", 2, NO_DELIMITER),
            ("[default]\na=1\n[default]\n  -1", 4, NO_DELIMITER),
            ("[default]\n  a=1\n  -1", 3, NO_DELIMITER),
            ("[default]\ns3 =\n  a", 3, NO_EQUALS),
            ("[services x]\na", 2, NO_DELIMITER),
        ];
        for (text, line, reason) in cases {
            assert_eq!(
                shown(ProfileFile::Config, text),
                format!("{line} {reason}"),
                "{text:?}"
            );
        }
    }
}
