//! Loads files: into the property graph, or into the triples.
//!
//! The files are read, checked and stored in one step when the duration of the load is over. Until then a load has
//! changed nothing, so a cancelled one needs no cleanup, and queries see the data when the status says that it is there.

use std::collections::BTreeSet;
use std::sync::Arc;

#[cfg(feature = "graph")]
use self::graph_load::{GraphLoad, Model};
use self::report::{Report, Stopped};
pub(crate) use self::settings::{Format, Settings};
use self::storage::{Object, ReadError};
use super::load::BulkLoad;
use super::script::LoadScript;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::ids::Ids;
use crate::incoming::Members;
use crate::{Change, ChangeStream, Config, Language, Now};

#[cfg(feature = "graph")]
mod columns;
#[cfg(feature = "graph")]
mod csv;
pub(crate) mod folder;
#[cfg(feature = "graph")]
mod graph_load;
#[cfg(feature = "oxigraph")]
mod rdf_load;
mod report;
#[cfg(feature = "graph")]
mod rows;
mod settings;
pub(crate) mod storage;
#[cfg(feature = "graph")]
mod values;

/// The settings of a load, if a bucket of its source is mapped to files.
///
/// # Errors
///
/// The emulator has no engine for the format.
pub(super) fn settings(
    config: &Config,
    members: &Members,
    source: &str,
) -> Result<Option<Settings>, Failure> {
    if !config.s3.iter().any(|mapping| mapping.may_have(source)) {
        return Ok(None);
    }
    let settings = Settings::of(members)?;
    check_engine(config, settings.format).map_err(Failure::not_emulated)?;
    Ok(Some(settings))
}

/// Checks that there is an engine for a format.
fn check_engine(config: &Config, format: Format) -> Result<(), String> {
    let (language, name) = if format.is_rdf() {
        (Language::Sparql, "Config::rdf_engine or --rdf-engine")
    } else {
        (
            Language::OpenCypher,
            "Config::graph_engine or --graph-engine",
        )
    };
    if config.queries.has_engine(language) {
        return Ok(());
    }
    Err(format!(
        "The engine for files of this format is not enabled. Enable it with {name}."
    ))
}

/// What files contain, before it is stored.
#[derive(Debug, Default)]
pub(crate) struct Staged {
    #[cfg(feature = "graph")]
    graph: Option<Model>,
    #[cfg(feature = "oxigraph")]
    quads: Vec<oxigraph::model::Quad>,
}

/// The result of a load.
#[derive(Debug)]
pub(super) struct LoadResult {
    pub(super) script: LoadScript,
    /// The URIs of the files that were loaded without errors, by this load and those that it resumes.
    pub(super) loaded: BTreeSet<String>,
}

impl LoadResult {
    /// Gives a load this result.
    pub(super) fn apply_to(self, load: &mut BulkLoad) {
        load.script = self.script;
        load.loaded = self.loaded;
    }
}

/// Loads the files of the running load, if it has any. Returns false if the load has to wait for queries.
pub(super) fn run(cluster: &mut Cluster, now: Now) -> bool {
    let running = cluster.loader.running();
    let Some(load) = running.filter(|it| it.files().is_some()).cloned() else {
        return true;
    };
    if !can_store(cluster) {
        return false;
    }
    let mut staged = Staged::default();
    let mut ids = cluster.ids.clone();
    let Some(mut result) = staged.load(cluster, &mut ids, &load) else {
        return true;
    };
    cluster.ids = ids;
    match staged.store(cluster, now) {
        Ok(duplicates) => result.script.duplicates += duplicates,
        Err(failure) => {
            result.script.fail(&load.source, failure.message);
            result.loaded = load.loaded;
        }
    }
    if let Some(running) = cluster.loader.running() {
        result.apply_to(running);
    }
    true
}

/// Whether no thread executes a query.
fn can_store(cluster: &Cluster) -> bool {
    Arc::strong_count(&cluster.executing) == 1
}

impl Staged {
    /// Reads the files of a load, if it has any.
    pub(super) fn load(
        &mut self,
        cluster: &Cluster,
        ids: &mut Ids,
        load: &BulkLoad,
    ) -> Option<LoadResult> {
        let settings = load.files()?;
        let mut script = LoadScript::completing().files(0).records(0);
        let mut loaded = load.loaded.clone();
        let mut report = Report {
            fail_on_error: settings.fail_on_error,
            ..Report::default()
        };
        let listed = objects(&cluster.config, &load.source);
        let objects = match listed {
            Ok(objects) if objects.is_empty() => Err("No object matches the source".to_owned()),
            listed => listed,
        };
        let mut objects = match objects {
            Ok(objects) => objects,
            Err(error) => {
                script = script
                    .files(1)
                    .failed_feed(&load.source, "LOAD_S3_READ_ERROR");
                script.fail(&load.source, error);
                return Some(LoadResult { script, loaded });
            }
        };
        script.files = objects.len();
        // A resumed load tries only the files that failed.
        objects.retain(|object| !loaded.contains(&object.uri));
        let files = objects.into_iter();
        let mut files: Vec<_> = files
            .map(|object| (object.uri, object.files.read(&object.name)))
            .collect();
        if !settings.edge_only {
            files.sort_by_key(|(_, content)| {
                content
                    .as_ref()
                    .is_ok_and(|content| has_edges(content, settings))
            });
        }
        let mut stopped = false;
        for (uri, content) in files {
            if stopped {
                script = script.failed_feed(uri, "LOAD_CANCELLED_DUE_TO_ERRORS");
                continue;
            }
            let before = report.errors.len();
            report.file.clone_from(&uri);
            let mut status = "LOAD_FAILED";
            let read = match content {
                Ok(content) => self.file(cluster, ids, &content, settings, &mut report),
                Err(ReadError::Content(error)) => report.parsing_error(error, 0),
                Err(ReadError::Storage(error)) => {
                    status = "LOAD_S3_READ_ERROR";
                    report.insert_error("INTERNAL_ERROR", error)
                }
            };
            stopped = read.is_err();
            if report.errors.len() > before {
                script = script.failed_feed(uri, status);
            } else {
                loaded.insert(uri);
            }
        }
        if !script.failed.is_empty() {
            script.status = "LOAD_FAILED".to_owned();
        }
        script.records = report.records;
        script.duplicates = report.duplicates;
        script.mismatches = report.mismatches;
        script.errors = report.errors;
        Some(LoadResult { script, loaded })
    }

    /// Reads a file.
    #[cfg_attr(
        not(all(feature = "graph", feature = "oxigraph")),
        allow(unused_variables)
    )]
    fn file(
        &mut self,
        cluster: &Cluster,
        ids: &mut Ids,
        content: &[u8],
        settings: &Settings,
        report: &mut Report,
    ) -> Result<(), Stopped> {
        // The configuration may have changed since the load was started.
        if let Err(error) = check_engine(&cluster.config, settings.format) {
            return report.insert_error("INTERNAL_ERROR", error);
        }
        #[cfg(feature = "oxigraph")]
        if settings.format.is_rdf() {
            return rdf_load::file(content, settings, report, &mut self.quads);
        }
        #[cfg(feature = "graph")]
        if !settings.format.is_rdf() {
            let model = match &mut self.graph {
                Some(model) => model,
                None => self.graph.insert(Model::new(cluster.graph.graph())),
            };
            let mut load = GraphLoad {
                model,
                ids,
                settings,
                report,
            };
            // The guide: files in another encoding are read as UTF-8, too.
            return load.file(&String::from_utf8_lossy(content));
        }
        Ok(())
    }

    /// Stores everything, in a commit of each change stream. Returns how many statements of RDF were there before.
    fn store(self, cluster: &mut Cluster, now: Now) -> Result<u64, Failure> {
        let mut commits: Vec<(ChangeStream, Vec<Change>)> = Vec::new();
        #[allow(unused_mut, reason = "without the feature oxigraph")]
        let mut duplicates = 0;
        #[cfg(feature = "graph")]
        if let Some(model) = self.graph {
            let records = cluster.graph.load(cluster.config.seed, &model.changes)?;
            commits.push((ChangeStream::PropertyGraph, records));
        }
        #[cfg(feature = "oxigraph")]
        if !self.quads.is_empty() {
            let all = self.quads.len();
            let records = cluster.rdf.load(self.quads)?;
            duplicates = all.saturating_sub(records.len()) as u64;
            commits.push((ChangeStream::Sparql, records));
        }
        if cluster.config.streams.enabled {
            for (stream, records) in commits {
                cluster.streams.log_mut(stream).append(records, now);
            }
        }
        Ok(duplicates)
    }
}

/// The objects whose names begin with this source, without those that appear twice.
fn objects<'a>(config: &'a Config, source: &str) -> Result<Vec<Object<'a>>, String> {
    let mut objects: Vec<Object<'a>> = Vec::new();
    for mapping in config.s3.iter().filter(|it| it.may_have(source)) {
        objects.extend(mapping.objects(source)?);
    }
    objects.sort_by(|one, other| one.uri.cmp(&other.uri));
    objects.dedup_by(|one, other| one.uri == other.uri);
    Ok(objects)
}

/// Whether a file has edges. A file with an invalid header counts as one of nodes.
fn has_edges(content: &[u8], settings: &Settings) -> bool {
    #[cfg(feature = "graph")]
    if !settings.format.is_rdf() {
        let header = graph_load::header(&String::from_utf8_lossy(content), settings);
        return header.is_ok_and(|header| header.is_edges);
    }
    let _ = (content, settings);
    false
}
