use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::JOB_EXCEPTIONS;
use crate::{
    error::{DecodeError, DecodeErrorKind},
    operation::Operation,
    wire::response::RawResponse,
};

operation! {
    name: "GetLoaderJobStatus",
    http: GET "/loader/{loadId}",
    effect: Read,
    exceptions: JOB_EXCEPTIONS,
    iam_actions: ["GetLoaderJobStatus"],
    output: GetLoaderJobStatusOutput,

    /// Gets the status of a bulk load.
    ///
    /// A read. Needs the IAM action `neptune-db:GetLoaderJobStatus` and engine 1.2.1.0.R6 or later. An id
    /// that no load has is a `BulkLoadIdNotFoundException` (404), or HTTP 400 ([M33](crate::wire_notes#m33)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, loader::{GetLoaderJobStatus, LoadErrorCode, LoadStatus}};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let get = GetLoaderJobStatus::new("0a237328").errors(true).errors_per_page(3);
    /// let request = neptunedata::request(&get, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/loader/0a237328?errors=true&errorsPerPage=3");
    ///
    /// let body = r#"{"status":"200 OK","payload":{
    ///     "feedCount":[{"LOAD_FAILED":1}],
    ///     "overallStatus":{"fullUri":"s3://bucket/k","runNumber":1,"retryNumber":0,"status":"LOAD_FAILED",
    ///         "totalTimeSpent":3.0,"startTime":1662131463,"totalRecords":5,"totalDuplicates":0,
    ///         "parsingErrors":5,"datatypeMismatchErrors":0,"insertErrors":0},
    ///     "errors":{"startIndex":1,"endIndex":1,"loadId":"0a237328","errorLogs":[{
    ///         "errorCode":"PARSING_ERROR","errorMessage":"Expected '<', found: |",
    ///         "fileName":"s3://bucket/k","recordNum":1}]}}}"#;
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetLoaderJobStatus>(&answer)?;
    /// let status = output.loader_status()?;
    /// let overall = status.overall_status.unwrap();
    /// assert_eq!(overall.status, Some(LoadStatus::Failed));
    /// assert!(overall.status.unwrap().is_terminal());
    /// let log = &status.errors.unwrap().error_logs.unwrap()[0];
    /// assert_eq!(log.error_code, Some(LoadErrorCode::ParsingError));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/load-api-reference-status-response.html>
    pub struct GetLoaderJobStatus {
        /// The load. Refused when empty, `.` or `..`.
        pub load_id: String => label("loadId"),
        /// Whether to answer the feeds that failed. The service's default is false.
        pub details: Option<bool> => query("details"),
        /// Whether to answer the errors. The service's default is false.
        pub errors: Option<bool> => query("errors"),
        /// Which page of the errors, from 1, which is the service's default. Only counts with
        /// [`errors`](field@Self::errors).
        pub page: Option<i32> => query("page", 1..=i32::MAX),
        /// How many errors make a page, from 1. The service's default is 10.
        pub errors_per_page: Option<i32> => query("errorsPerPage", 1..=i32::MAX),
    }

    /// Asks for the load with this id.
    pub fn new(..);
}

output! {
    /// The answer to [`GetLoaderJobStatus`].
    pub struct GetLoaderJobStatusOutput {
        /// A status line such as `200 OK`.
        pub status: Option<String>,
        /// How far the load is, with all of its members; [`loader_status`](Self::loader_status) has
        /// those that are known.
        pub payload: Option<Value>,
    }
}

impl GetLoaderJobStatusOutput {
    /// Reads the payload, as leniently as any answer.
    ///
    /// # Errors
    ///
    /// When there is none or it is something else; the error has the payload as its body.
    pub fn loader_status(&self) -> Result<LoaderStatus, DecodeError> {
        let body = self.payload.as_ref().map(Value::to_string);
        let is_there = body.is_some();
        let response = RawResponse {
            info: GetLoaderJobStatus::INFO,
            status: StatusCode::OK,
            headers: &HeaderMap::new(),
            body: &Bytes::from(body.unwrap_or_default()),
        };
        match is_there {
            true => response.json(),
            false => Err(response.error(DecodeErrorKind::Empty, "payload", "there is none")),
        }
    }
}

/// How far a bulk load is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LoaderStatus {
    /// How many feeds are in which state, a map of one entry each. Not always there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed_count: Option<Vec<BTreeMap<LoadStatus, i64>>>,
    /// The load as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overall_status: Option<LoaderFeed>,
    /// The feeds that failed, if [`details`](field@GetLoaderJobStatus::details) were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_feeds: Option<Vec<LoaderFeed>>,
    /// A page of the errors, if [`errors`](field@GetLoaderJobStatus::errors) were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<LoaderErrors>,
}

arbitrary!(LoaderStatus => feed_count, overall_status, failed_feeds, errors);

/// One feed, which is a file, or all feeds of a bulk load together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LoaderFeed {
    /// Where it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_uri: Option<String>,
    /// Which run of the load this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_number: Option<i64>,
    /// Which retry of the run this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_number: Option<i64>,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<LoadStatus>,
    /// Seconds spent. The service model takes them for whole ([M32](crate::wire_notes#m32)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_time_spent: Option<f64>,
    /// When it began, in seconds since 1970. Often not there ([M32](crate::wire_notes#m32)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<i64>,
    /// Records loaded or tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_records: Option<i64>,
    /// Records that there were already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_duplicates: Option<i64>,
    /// Records that could not be parsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parsing_errors: Option<i64>,
    /// Records with values of another type than their column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datatype_mismatch_errors: Option<i64>,
    /// Records that could not be inserted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insert_errors: Option<i64>,
}

arbitrary!(LoaderFeed =>
    full_uri, run_number, retry_number, status, total_time_spent, start_time, total_records,
    total_duplicates, parsing_errors, datatype_mismatch_errors, insert_errors);

structure! {
    /// A page of the errors of a bulk load.
    pub struct LoaderErrors {
        /// The number of the page's first error.
        pub start_index: Option<i64>,
        /// The number of its last one.
        pub end_index: Option<i64>,
        /// The load.
        pub load_id: Option<String>,
        /// The errors. The service keeps up to 10,000 of a load.
        pub error_logs: Option<Vec<LoaderErrorLog>>,
    }

    /// One error of a bulk load.
    pub struct LoaderErrorLog {
        /// What sort of error it is.
        pub error_code: Option<LoadErrorCode>,
        /// What is wrong.
        pub error_message: Option<String>,
        /// The file.
        pub file_name: Option<String>,
        /// The record in the file; 0 when the error is about none.
        pub record_num: Option<i64>,
    }
}

open_enum! {
    /// How far a bulk load, or a feed of one, is.
    ///
    /// A status that is not here, such as the rumoured `LOAD_STARTING` ([U15](crate::wire_notes#u15)), is kept as it came,
    /// and is not terminal: polling needs a limit of its own.
    LoadStatus {
        /// It was recorded and has not begun.
        NotStarted = "LOAD_NOT_STARTED",
        /// It waits for others to end.
        InQueue = "LOAD_IN_QUEUE",
        /// It runs.
        InProgress = "LOAD_IN_PROGRESS",
        /// It ended well.
        Completed = "LOAD_COMPLETED",
        /// It ended, but for what conflicted with concurrent writes: load again in mode `RESUME`. A
        /// feed in this state may change while the load still runs.
        CommittedWithWriteConflicts = "LOAD_COMMITTED_W_WRITE_CONFLICTS",
        /// It was cancelled.
        CancelledByUser = "LOAD_CANCELLED_BY_USER",
        /// Errors ended it, as `failOnError` says.
        CancelledDueToErrors = "LOAD_CANCELLED_DUE_TO_ERRORS",
        /// It ended with errors.
        Failed = "LOAD_FAILED",
        /// Something unforeseen ended it.
        UnexpectedError = "LOAD_UNEXPECTED_ERROR",
        /// Concurrent writes kept it from ending: lower the parallelism and load again.
        DataDeadlock = "LOAD_DATA_DEADLOCK",
        /// The request could not be executed.
        FailedInvalidRequest = "LOAD_FAILED_INVALID_REQUEST",
        /// A load that it depends on did not complete.
        FailedBecauseDependencyNotSatisfied = "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED",
        /// S3 failed; of a feed.
        S3ReadError = "LOAD_S3_READ_ERROR",
        /// S3 refused; of a feed.
        S3AccessDeniedError = "LOAD_S3_ACCESS_DENIED_ERROR",
        /// The file changed or went away meanwhile; of a feed.
        DataFailedDueToFeedModifiedOrDeleted = "LOAD_DATA_FAILED_DUE_TO_FEED_MODIFIED_OR_DELETED",
    }
}

impl LoadStatus {
    /// Whether a load in this state has ended, well or not.
    pub fn is_terminal(&self) -> bool {
        !matches!(
            self,
            LoadStatus::NotStarted
                | LoadStatus::InQueue
                | LoadStatus::InProgress
                | LoadStatus::_Custom(_)
        )
    }
}

open_enum! {
    /// What sort of error a bulk load met.
    LoadErrorCode {
        /// A record cannot be parsed. With record 0 and a message about an interrupted prefetch it is
        /// transient: load again.
        ParsingError = "PARSING_ERROR",
        /// S3 refused.
        S3AccessDenied = "S3_ACCESS_DENIED_ERROR",
        /// An edge has an end that is not there.
        FromOrToVertexMissing = "FROM_OR_TO_VERTEX_ARE_MISSING",
        /// Several edges have the same id.
        IdAssignedToMultipleEdges = "ID_ASSIGNED_TO_MULTIPLE_EDGES",
        /// A single-cardinality property has several values.
        SingleCardinalityViolation = "SINGLE_CARDINALITY_VIOLATION",
        /// A file changed or went away meanwhile.
        FileModificationOrDeletion = "FILE_MODIFICATION_OR_DELETION_ERROR",
        /// Memory ran out.
        OutOfMemory = "OUT_OF_MEMORY_ERROR",
        /// Something inside Neptune failed.
        Internal = "INTERNAL_ERROR",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn payloads_of_every_age_are_read() {
        let status = |payload: Value| {
            let output = GetLoaderJobStatusOutput {
                status: None,
                payload: Some(payload),
            };
            output.loader_status()
        };
        let read = status(json!({
            "feedCount": [{"LOAD_COMPLETED": 2}, {"LOAD_STARTING": 1}],
            "overallStatus": {"totalTimeSpent": 3, "startTime": "1662131463"},
        }))
        .unwrap();
        let counts = read.feed_count.unwrap();
        assert_eq!(counts[0][&LoadStatus::Completed], 2);
        assert_eq!(counts[1][&LoadStatus::from("LOAD_STARTING")], 1);
        let overall = read.overall_status.unwrap();
        assert_eq!(overall.total_time_spent, Some(3.0));
        assert_eq!(overall.start_time, Some(1_662_131_463));

        assert_eq!(status(json!({})).unwrap(), LoaderStatus::default());
        let error = status(json!({"overallStatus": {"status": []}})).unwrap_err();
        assert_eq!(error.path(), "overallStatus.status");
        assert!(status(json!([])).is_err());
        let error = GetLoaderJobStatusOutput::default()
            .loader_status()
            .unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::Empty);
    }

    #[test]
    fn what_is_not_known_is_not_terminal() {
        let running = LoadStatus::KNOWN
            .iter()
            .filter(|status| !status.is_terminal());
        assert_eq!(running.count(), 3);
        assert!(!LoadStatus::from("LOAD_STARTING").is_terminal());
    }
}
