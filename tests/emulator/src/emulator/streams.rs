//! The contents of change streams.

use super::Emulator;
use crate::{Change, ChangeStream, EventId, Now};

impl Emulator {
    /// Appends a commit with these changes to a change stream and returns the id of the last change. Without changes,
    /// no commit is added. Streams can be read only if [`Config::streams`](crate::Config::streams) enables them.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use neptunedata_emulator::{Change, ChangeStream, Config, Emulator, EventId, Now};
    /// use serde_json::json;
    ///
    /// let mut neptune = Emulator::new(Config::default().streams(true));
    /// let now = Now::at_unix(1_704_067_200);
    /// let added = [Change::add(json!({ "stmt": "<http://s> <http://p> <http://o> .\n" }))];
    /// assert_eq!(neptune.append_commit(ChangeStream::Sparql, added, now), Some(EventId::new(1, 1)));
    /// let ask = http::Request::get("/sparql/stream?iteratorType=TRIM_HORIZON").body(Bytes::new())?;
    /// let response = neptune.handle(ask, now).into_response().ok_or("no response")?;
    /// assert_eq!(response.to_json().ok_or("not JSON")?["totalRecords"], 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn append_commit(
        &mut self,
        stream: ChangeStream,
        changes: impl IntoIterator<Item = Change>,
        now: Now,
    ) -> Option<EventId> {
        self.cluster.streams.log_mut(stream).append(changes, now)
    }

    /// Skips this many commit numbers: on clusters, the numbers have gaps.
    pub fn skip_commits(&mut self, stream: ChangeStream, commits: u64) {
        self.cluster.streams.log_mut(stream).skip(commits);
    }

    /// Trims the records before this one, as clusters trim old records.
    pub fn trim_before(&mut self, stream: ChangeStream, event: EventId) {
        self.cluster.streams.log_mut(stream).trim_before(event);
    }

    /// The id of the last record ever appended to a stream; zeros if there was none.
    #[must_use]
    pub fn last_event(&self, stream: ChangeStream) -> EventId {
        self.cluster.streams.log(stream).last()
    }
}
