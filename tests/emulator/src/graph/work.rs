//! Executes one openCypher query. This needs the engine but not the emulator, so the server does it in a thread.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde_json::{Map, Value as Json};

use super::{Engine, QueryInput, QueryOutput, records, results};
use crate::engine::{Finished, Observer, Output, Stop};
use crate::failure::Failure;
use crate::{ChangeStream, QueryRequest, Response};

const MEDIA_TYPE: &str = "application/json;charset=UTF-8";

/// A query for the engine.
pub(crate) struct Work {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) request: Arc<QueryRequest>,
    /// Whether the instance refuses writes.
    pub(crate) read_only: bool,
    /// The time limit of the cluster.
    pub(crate) max_time: Duration,
    /// The current time, in milliseconds since the epoch.
    pub(crate) now: i64,
    pub(crate) stop: Stop,
}

impl Work {
    /// Executes the query to its end.
    pub(crate) fn run(&self, observer: &mut dyn Observer) {
        if let Err(failure) = self.query(observer) {
            observer.end(Box::new(|| Err(failure)));
        }
    }

    fn query(&self, observer: &mut dyn Observer) -> Result<(), Failure> {
        let parameters = self.parameters()?;
        let query = self.engine.prepare(&QueryInput {
            text: &self.request.text,
            parameters: &parameters,
            now: self.now,
        })?;
        if self.read_only && query.writes() {
            return Err(Failure::read_only());
        }
        if let Some(limit) = query.limit() {
            observer.limit(limit.min(self.max_time));
        }
        let QueryOutput {
            columns,
            rows,
            changes,
            commit,
        } = query.run(&self.stop)?;
        if query.writes() {
            // The response may begin only after the commit, so it is not streamed.
            let mut body = Vec::new();
            results::write(&columns, &rows, &mut body)?;
            observer.end(Box::new(|| {
                commit()?;
                Ok(Finished {
                    response: Response::typed(StatusCode::OK, MEDIA_TYPE, body),
                    commit: Some((ChangeStream::PropertyGraph, records::records(&changes))),
                })
            }));
            return Ok(());
        }
        let mut output = Output::new(MEDIA_TYPE, observer);
        let written = results::write(&columns, &rows, &mut output);
        let (result, stream) = output.end(written);
        observer.end(Box::new(|| result.map(Finished::from)));
        // Ends the body, after the observer has recorded the end.
        drop(stream);
        Ok(())
    }

    fn parameters(&self) -> Result<Map<String, Json>, Failure> {
        let text = self.request.parameters.as_deref().unwrap_or("{}");
        serde_json::from_str(text).map_err(|error| {
            Failure::invalid_parameter(format!("The value of parameters is invalid: {error}"))
        })
    }
}
