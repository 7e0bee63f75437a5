//! `--statistics` and `--summaries`: the initial statistics and summaries of both graphs.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use neptunedata_emulator::{Emulator, GraphKind, Statistics};
use serde_json::{Map, Value};

use crate::files;

/// The graphs, by their names in paths.
const GRAPHS: [(&str, GraphKind); 2] = [
    ("propertygraph", GraphKind::PropertyGraph),
    ("rdf", GraphKind::Rdf),
];

/// The `graphSummary` of each graph for which the file has one.
pub(crate) type Summaries = Vec<(GraphKind, Map<String, Value>)>;

/// Reads a file with one member per graph.
pub(crate) fn read(path: &Path) -> io::Result<Summaries> {
    let read = |members: &mut files::Members| {
        let mut summaries = Vec::new();
        for (name, kind) in GRAPHS {
            summaries.extend(members.map(name)?.map(|summary| (kind, summary)));
        }
        Ok(summaries)
    };
    files::named(path, files::object(&files::text(path)?, read))
}

/// Sets the statistics of both graphs, and these summaries.
pub(crate) fn set(emulator: &mut Emulator, summaries: Summaries, now: SystemTime) {
    for (_, kind) in GRAPHS {
        emulator.set_statistics(kind, Statistics::computed(now));
    }
    for (kind, summary) in summaries {
        emulator.set_summary(kind, summary);
    }
}
