//! `--log`: a line of JSON about each request, on the standard error output.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use neptunedata_emulator::{Emulator, LogEntry, Now, ScriptId, SignatureCheck};
use serde_json::{Value, json};

/// How the log names the scripts: by file and line, or by number if a test added them while the program runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScriptNames(Arc<Mutex<HashMap<ScriptId, String>>>);

impl ScriptNames {
    fn all(&self) -> MutexGuard<'_, HashMap<ScriptId, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces all names.
    pub(crate) fn set(&self, names: HashMap<ScriptId, String>) {
        *self.all() = names;
    }

    /// Names a script by its number.
    pub(crate) fn add_numbered(&self, script: ScriptId) -> String {
        let mut all = self.all();
        let name = format!("control:{}", all.len() + 1);
        all.insert(script, name.clone());
        name
    }

    fn get(&self, script: ScriptId) -> Option<String> {
        self.all().get(&script).cloned()
    }
}

/// Writes a line about each request from now on.
pub(crate) fn start(emulator: &mut Emulator, scripts: ScriptNames) {
    emulator.on_request(move |entry| {
        let line = format!("{}\n", line(entry, &scripts));
        // A closed output is not an error.
        let _ = io::stderr().write_all(line.as_bytes());
    });
}

/// A time in seconds since 1970.
pub(crate) fn seconds(time: Now) -> f64 {
    let time = time.wall.duration_since(UNIX_EPOCH);
    time.map_or(0.0, |time| time.as_millis() as f64 / 1000.0)
}

/// The line about a request. The parameters of the URL are omitted, because they may contain a signature.
pub(crate) fn line(entry: &LogEntry, scripts: &ScriptNames) -> Value {
    let (signature, reason) = match &entry.signature {
        SignatureCheck::NotChecked => ("not checked", None),
        SignatureCheck::Verified { .. } => ("verified", None),
        SignatureCheck::Refused(reason) => ("refused", Some(reason)),
    };
    json!({
        "number": entry.number,
        "time": seconds(entry.at),
        "method": entry.method.as_str(),
        "path": entry.target.split('?').next(),
        "operation": entry.operation,
        "query": entry.query.as_ref().map(|query| &query.text),
        "status": entry.status.map(|status| status.as_u16()),
        "executed": entry.executed,
        "signature": signature,
        "reason": reason,
        "script": entry.script.and_then(|script| scripts.get(script)),
        "fault": entry.fault_applied,
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use neptunedata_emulator::Now;

    use super::*;

    #[test]
    fn lines_have_the_verdict_and_no_secret() {
        let mut neptune = Emulator::default();
        let request = http::Request::get("/status?X-Amz-Signature=secret").body(Bytes::new());
        let _ = neptune.handle(request.expect("a request"), Now::at_unix(1_704_067_200));
        let mut entry = neptune.log()[0].clone();
        let access_key = "AKIDEXAMPLE".to_owned();
        for (check, verdict, reason) in [
            (SignatureCheck::NotChecked, "not checked", None),
            (SignatureCheck::Verified { access_key }, "verified", None),
            (
                SignatureCheck::Refused("Why.".to_owned()),
                "refused",
                Some("Why."),
            ),
        ] {
            entry.signature = check;
            let line = line(&entry, &ScriptNames::default());
            assert_eq!(line["signature"], verdict);
            assert_eq!(line["reason"].as_str(), reason);
            assert_eq!(line["time"], 1_704_067_200.0);
            assert!(!line.to_string().contains("secret"), "{line}");
        }
    }
}
