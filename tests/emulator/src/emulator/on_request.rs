//! The callback of [`Emulator::on_request`](crate::Emulator::on_request).

use std::fmt;

use crate::LogEntry;

type Callback = Box<dyn Fn(&LogEntry) + Send + Sync>;

#[derive(Default)]
pub(super) struct OnRequest(pub(super) Option<Callback>);

impl OnRequest {
    pub(super) fn call(&self, entry: &LogEntry) {
        if let Some(callback) = &self.0 {
            callback(entry);
        }
    }
}

impl fmt::Debug for OnRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OnRequest").field(&self.0.is_some()).finish()
    }
}
