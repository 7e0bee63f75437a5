//! Parses one profile file, line by line.

use std::collections::BTreeMap;

use super::{ProfileError, ProfileFile};

/// Settings by their names, which are in lower case.
pub(super) type Settings = BTreeMap<String, String>;

const BLANK: [char; 3] = [' ', '\t', '\r'];
const COMMENT: [char; 2] = ['#', ';'];

const NO_SECTION: &str = "setting before the first section";
const NO_BRACKET: &str = "section name without a closing ]";
const NO_EQUALS: &str = "setting without =";
const NO_NAME: &str = "setting without a name";

/// The kinds of sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section<'a> {
    Profile(&'a str),
    /// `[default]` of the config file.
    PlainDefault,
    Skipped,
}

/// The setting that a more deeply indented line continues.
struct Above {
    name: String,
    indent: usize,
    /// The value is empty, so the deeper lines are nested settings.
    is_nested: bool,
}

/// Reads the profiles of one file.
pub(super) fn read(
    file: ProfileFile,
    text: &str,
) -> Result<BTreeMap<String, Settings>, ProfileError> {
    let mut sections: BTreeMap<Section<'_>, Settings> = BTreeMap::new();
    let mut section = None;
    let mut above: Option<Above> = None;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (line, text) in (1..).zip(text.lines()) {
        let at = |reason| ProfileError {
            file,
            name: None,
            line,
            reason,
        };
        let content = text.trim_start_matches(BLANK);
        let indent = text.len().saturating_sub(content.len());
        let content = content.trim_end_matches(BLANK);
        if content.is_empty() || content.starts_with(COMMENT) {
            continue;
        }
        let continued = above.as_ref().filter(|above| above.indent < indent);
        // A deeper indented `[` is part of the value above and does not begin a section.
        if content.starts_with('[') && continued.is_none() {
            let begun = header(file, content).map_err(at)?;
            sections.entry(begun).or_default();
            section = Some(begun);
            above = None;
            continue;
        }
        let section = section.ok_or_else(|| at(NO_SECTION))?;
        let settings = sections.entry(section).or_default();
        if let Some(above) = continued {
            // Nested settings are only checked: they are not needed, and stay part of the value.
            if above.is_nested {
                setting(content).map_err(at)?;
            }
            let value = settings.entry(above.name.clone()).or_default();
            value.push('\n');
            value.push_str(content);
        } else {
            let (name, value) = setting(content).map_err(at)?;
            settings.insert(name.clone(), value.to_owned());
            let is_nested = value.is_empty();
            above = Some(Above {
                name,
                indent,
                is_nested,
            });
        }
    }
    if sections.contains_key(&Section::Profile("default")) {
        sections.remove(&Section::PlainDefault);
    }
    let profiles = sections.into_iter().filter_map(|(section, settings)| {
        let name = match section {
            Section::Profile(name) => name,
            Section::PlainDefault => "default",
            Section::Skipped => return None,
        };
        Some((name.to_owned(), settings))
    });
    Ok(profiles.collect())
}

/// The section that `[…]` begins.
fn header(file: ProfileFile, line: &str) -> Result<Section<'_>, &'static str> {
    let line = line.split(COMMENT).next().unwrap_or(line);
    let name = line
        .trim_matches(BLANK)
        .strip_suffix(']')
        .ok_or(NO_BRACKET)?;
    let name = name.strip_prefix('[').unwrap_or(name).trim_matches(BLANK);
    Ok(match (file, name.split_once(BLANK)) {
        (ProfileFile::Config, Some(("profile", name))) => {
            let name = name.trim_matches(BLANK);
            let quoted = name
                .strip_prefix('"')
                .and_then(|name| name.strip_suffix('"'));
            match quoted {
                Some(quoted) => Section::Profile(quoted),
                None => profile(name),
            }
        }
        (ProfileFile::Config, None) if name == "default" => Section::PlainDefault,
        (ProfileFile::Credentials, None) => profile(name),
        _ => Section::Skipped,
    })
}

fn profile(name: &str) -> Section<'_> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_-/.%@:+".contains(c);
    if !name.is_empty() && name.chars().all(is_allowed) {
        Section::Profile(name)
    } else {
        Section::Skipped
    }
}

/// Name and value of a line without the space around it.
fn setting(line: &str) -> Result<(String, &str), &'static str> {
    let comment = line
        .match_indices(COMMENT)
        .map(|(at, _)| line.split_at(at).0)
        .find(|before| before.ends_with(BLANK));
    let line = comment.unwrap_or(line);
    let (name, value) = line.split_once('=').ok_or(NO_EQUALS)?;
    let name = name.trim_matches(BLANK);
    if name.is_empty() {
        return Err(NO_NAME);
    }
    Ok((name.to_ascii_lowercase(), value.trim_matches(BLANK)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name{setting=value,…} …`, with line ends in values as `|`.
    fn shown(file: ProfileFile, text: &str) -> String {
        let profiles = match read(file, text) {
            Ok(profiles) => profiles,
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
                "a-b:c/d_e%f.g@h+i{}",
            ),
            ("[profile \"two words\"]\na=1", "two words{a=1}"),
            ("[profile two words]\na=1", ""),
            (
                "[x]\na=1\n[profilex]\na=1\n[profile ]\na=1\n[]\na=1\n[[default]\na=1",
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
                "default{b=2,c=3}",
            ),
            // Settings.
            ("[default]\nA_b \t= \t1 2 \t", "default{a_b=1 2}"),
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
                "[default];1\n[profile x]#2\na=1#2\nb=1;2 ;3",
                "default{} x{a=1#2,b=1;2}",
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
            ("[profile x]\na=1\n[profile default]\na=1\n[x y]\na=1", ""),
            (
                "[sso-session x]\na=1\n[sso-sessionx]\nb=2",
                "sso-sessionx{b=2}",
            ),
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
            ("[profile x] y\na=1", 1, NO_BRACKET),
            ("[profile x#y]\na=1", 1, NO_BRACKET),
            ("[default]\n\na : 1", 3, NO_EQUALS),
            ("[default]\r\na # = 1", 2, NO_EQUALS),
            ("[default]\n= 1", 2, NO_NAME),
            ("[default]\n  -1", 2, NO_EQUALS),
            ("[default]\na=1\n[default]\n  -1", 4, NO_EQUALS),
            ("[default]\n  a=1\n  -1", 3, NO_EQUALS),
            ("[default]\ns3 =\n  a", 3, NO_EQUALS),
            ("[default]\ns3 =\n  = 1", 3, NO_NAME),
            ("[services x]\na", 2, NO_EQUALS),
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
