//! The scripts of an emulator.

use std::sync::Arc;

use super::QueryScript;
use crate::QueryRequest;

/// Identifies a registered script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScriptId(usize);

/// All scripts, in order of registration.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    all: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    script: Arc<QueryScript>,
    /// To how many more queries the script applies; `None` means no limit.
    left: Option<u64>,
    matched: u64,
    effects: u64,
}

impl Scripts {
    pub(crate) fn add(&mut self, script: QueryScript) -> ScriptId {
        let id = ScriptId(self.all.len());
        self.all.push(Entry {
            left: script.times,
            script: Arc::new(script),
            matched: 0,
            effects: 0,
        });
        id
    }

    /// The script for a query, counted as used.
    pub(crate) fn take(&mut self, request: &QueryRequest) -> Option<(ScriptId, Arc<QueryScript>)> {
        let index = self.index(request)?;
        let entry = self.all.get_mut(index)?;
        if let Some(left) = &mut entry.left {
            *left = left.saturating_sub(1);
        }
        entry.matched = entry.matched.saturating_add(1);
        Some((ScriptId(index), Arc::clone(&entry.script)))
    }

    /// The script that would be used for a query.
    pub(crate) fn peek(&self, request: &QueryRequest) -> Option<&QueryScript> {
        Some(&self.all.get(self.index(request)?)?.script)
    }

    fn index(&self, request: &QueryRequest) -> Option<usize> {
        let mut scripts = self.all.iter();
        scripts.position(|entry| entry.left != Some(0) && entry.script.is_for(request))
    }

    pub(crate) fn came_to_effect(&mut self, id: ScriptId) {
        if let Some(entry) = self.all.get_mut(id.0) {
            entry.effects = entry.effects.saturating_add(1);
        }
    }

    pub(crate) fn matched(&self, id: ScriptId) -> u64 {
        self.all.get(id.0).map_or(0, |entry| entry.matched)
    }

    pub(crate) fn effects(&self, id: ScriptId) -> u64 {
        self.all.get(id.0).map_or(0, |entry| entry.effects)
    }

    /// Stops a script from matching; its counts are kept.
    pub(crate) fn retire(&mut self, id: ScriptId) {
        if let Some(entry) = self.all.get_mut(id.0) {
            entry.left = Some(0);
        }
    }

    pub(crate) fn retire_all(&mut self) {
        for entry in &mut self.all {
            entry.left = Some(0);
        }
    }
}
