//! Loads all files of a folder, and detects their formats.

use std::error::Error;
use std::fmt;

use super::report::Report;
use super::storage::{Files, ReadError};
use super::{Format, Settings, Staged, can_store, check_engine, has_edges};
use crate::Now;
use crate::cluster::Cluster;

/// Why files cannot be loaded. The text has the name of the file and, if it is known, the number of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadFilesError(String);

impl fmt::Display for LoadFilesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for LoadFilesError {}

/// Loads all files, or nothing.
pub(crate) fn load(cluster: &mut Cluster, files: &Files, now: Now) -> Result<(), LoadFilesError> {
    if !can_store(cluster) {
        return Err(LoadFilesError("a query is running".to_owned()));
    }
    let mut read = Vec::new();
    for name in files.names().map_err(LoadFilesError)? {
        let in_file = |error: String| LoadFilesError(format!("{name}: {error}"));
        let content = files.read(&name).map_err(|error| match error {
            ReadError::Storage(text) | ReadError::Content(text) => in_file(text),
        })?;
        let format = format(&name, &content).map_err(in_file)?;
        check_engine(&cluster.config, format).map_err(in_file)?;
        let settings = Settings::new(format);
        read.push((has_edges(&content, &settings), name, content, settings));
    }
    read.sort_by_key(|(has_edges, ..)| *has_edges);
    let mut staged = Staged::default();
    let mut ids = cluster.ids.clone();
    for (_, name, content, settings) in read {
        let mut report = Report {
            file: name.clone(),
            fail_on_error: true,
            ..Report::default()
        };
        let loaded = staged.file(cluster, &mut ids, &content, &settings, &mut report);
        if let (Err(_), Some(error)) = (loaded, report.errors.pop()) {
            let record = match error.record {
                0 => String::new(),
                record => format!("record {record}: "),
            };
            return Err(LoadFilesError(format!("{name}: {record}{}", error.message)));
        }
    }
    let stored = staged.store(cluster, now);
    stored.map_err(|failure| LoadFilesError(failure.message))?;
    cluster.ids = ids;
    Ok(())
}

/// The format of a file, by the end of its name and, for CSV, by its header.
fn format(name: &str, content: &[u8]) -> Result<Format, String> {
    let name = name.trim_end_matches(".gz").trim_end_matches(".bz2");
    let (_, extension) = name.rsplit_once('.').unwrap_or_default();
    match extension {
        "csv" => csv(content),
        "nt" => Ok(Format::NTriples),
        "nq" => Ok(Format::NQuads),
        "ttl" => Ok(Format::Turtle),
        "rdf" | "owl" | "xml" => Ok(Format::RdfXml),
        _ => Err(
            "unknown format: the name has to end with .csv, .nt, .nq, .ttl, .rdf, .owl or .xml, \
             and may have .gz or .bz2 after it"
                .to_owned(),
        ),
    }
}

fn csv(content: &[u8]) -> Result<Format, String> {
    let text = String::from_utf8_lossy(content);
    let header = text.lines().find(|line| !line.trim().is_empty());
    let mut columns = header.unwrap_or_default().split(',').map(|column| {
        let column = column.trim_start_matches('\u{feff}').trim();
        column.trim_matches('"')
    });
    let system = columns.find_map(|column| {
        let (name, rest) = column.split_once(':').unwrap_or((column, ""));
        match rest.split('(').next() {
            _ if name.starts_with('~') => Some(Format::Gremlin),
            Some("ID" | "START_ID" | "END_ID") => Some(Format::OpenCypher),
            _ => None,
        }
    });
    system.ok_or_else(|| "the header has neither ~id nor :ID nor :START_ID".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        for (name, content, expected) in [
            ("a.csv", "a,~id\n", Some(Format::Gremlin)),
            ("a.csv.gz", "\u{feff}~id\n", Some(Format::Gremlin)),
            ("a.csv", "\n\"~from\",~to\n", Some(Format::Gremlin)),
            ("a.csv.bz2", ":ID,a\n", Some(Format::OpenCypher)),
            ("a.csv", "a,name:ID(person)\n", Some(Format::OpenCypher)),
            (
                "a.csv",
                ":START_ID(a),:END_ID(b)\n",
                Some(Format::OpenCypher),
            ),
            ("a.csv", "a,b\n", None),
            ("a.csv", "", None),
            ("b/a.nt", "", Some(Format::NTriples)),
            ("a.nq", "", Some(Format::NQuads)),
            ("a.ttl.gz", "", Some(Format::Turtle)),
            ("a.owl", "", Some(Format::RdfXml)),
            ("README.md", "", None),
            ("csv", "", None),
        ] {
            let found = format(name, content.as_bytes());
            assert_eq!(found.ok(), expected, "{name} {content}");
        }
    }
}
