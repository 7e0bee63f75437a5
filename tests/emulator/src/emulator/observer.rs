//! The function that sees each request.

use std::fmt;

use crate::LogEntry;

type Observe = Box<dyn Fn(&LogEntry) + Send + Sync>;

#[derive(Default)]
pub(super) struct Observer(pub(super) Option<Observe>);

impl Observer {
    pub(super) fn call(&self, entry: &LogEntry) {
        if let Some(observe) = &self.0 {
            observe(entry);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observer").field(&self.0.is_some()).finish()
    }
}
