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
    /// A read. Requires the IAM action `neptune-db:GetLoaderJobStatus` and engine 1.2.1.0.R6 or later. An unknown
    /// id causes a `BulkLoadIdNotFoundException` (404), or HTTP 400 ([M33](crate::wire_notes#m33)).
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
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetLoaderJobStatus>(&response)?;
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
        /// The load. Must not be empty, `.` or `..`.
        pub load_id: String => label("loadId"),
        /// Whether to return the failed feeds. The service's default is false.
        pub details: Option<bool> => query("details"),
        /// Whether to return the errors. The service's default is false.
        pub errors: Option<bool> => query("errors"),
        /// The number of errors per page, from 1. The service's default is 10.
        pub errors_per_page: Option<i32> => query("errorsPerPage", 1..=i32::MAX),
        /// The page of the errors, from 1, which is the service's default. Used only with
        /// [`errors`](field@Self::errors).
        pub page: Option<i32> => query("page", 1..=i32::MAX),
    }

    /// Requests the status of the load with this id.
    pub fn new(..);
}

output! {
    /// The response to [`GetLoaderJobStatus`].
    pub struct GetLoaderJobStatusOutput {
        /// A status text such as `200 OK`.
        pub status: Option<String>,
        /// The status of the load, with all of its members; [`loader_status`](Self::loader_status) reads the
        /// known members.
        pub payload: Option<Value>,
    }
}

impl GetLoaderJobStatusOutput {
    /// Reads the payload, as leniently as any response.
    ///
    /// # Errors
    ///
    /// When there is no payload, or it is not a status; the error has the payload as its body.
    pub fn loader_status(&self) -> Result<LoaderStatus, DecodeError> {
        let body = self.payload.as_ref().map(Value::to_string);
        let is_present = body.is_some();
        let response = RawResponse {
            info: GetLoaderJobStatus::INFO,
            status: StatusCode::OK,
            headers: &HeaderMap::new(),
            body: &Bytes::from(body.unwrap_or_default()),
        };
        if is_present {
            response.json()
        } else {
            Err(response.error(DecodeErrorKind::Empty, "payload", "missing member"))
        }
    }
}

/// The status of a bulk load.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LoaderStatus {
    /// The number of feeds in each state: maps of one entry each. Not always present.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed_count: Option<Vec<BTreeMap<LoadStatus, i64>>>,
    /// The status of the load as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overall_status: Option<LoaderFeed>,
    /// The failed feeds, if [`details`](field@GetLoaderJobStatus::details) were requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_feeds: Option<Vec<LoaderFeed>>,
    /// A page of the errors, if [`errors`](field@GetLoaderJobStatus::errors) were requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<LoaderErrors>,
}

arbitrary!(LoaderStatus => feed_count, overall_status, failed_feeds, errors);

/// The status of one feed (a file), or of the bulk load as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LoaderFeed {
    /// The URI of its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_uri: Option<String>,
    /// The number of the run of the load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_number: Option<i64>,
    /// The number of the retry of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_number: Option<i64>,
    /// Its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<LoadStatus>,
    /// The elapsed time in seconds. In the service model it is a whole number ([M32](crate::wire_notes#m32)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_time_spent: Option<f64>,
    /// When it began, in seconds since 1970. Often missing ([M32](crate::wire_notes#m32)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<i64>,
    /// The number of records loaded or attempted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_records: Option<i64>,
    /// The number of records that existed already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_duplicates: Option<i64>,
    /// The number of records that could not be parsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parsing_errors: Option<i64>,
    /// The number of records with a value of the wrong type for its column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datatype_mismatch_errors: Option<i64>,
    /// The number of records that could not be inserted.
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
        /// The number of the page's last error.
        pub end_index: Option<i64>,
        /// The load.
        pub load_id: Option<String>,
        /// The errors. The service keeps up to 10,000 per load.
        pub error_logs: Option<Vec<LoaderErrorLog>>,
    }

    /// One error of a bulk load.
    pub struct LoaderErrorLog {
        /// The kind of error.
        pub error_code: Option<LoadErrorCode>,
        /// The message.
        pub error_message: Option<String>,
        /// The file.
        pub file_name: Option<String>,
        /// The number of the record in the file; 0 if the error is not about a record.
        pub record_num: Option<i64>,
    }
}

open_enum! {
    /// The status of a bulk load, or of one of its feeds.
    ///
    /// An unknown status, such as the unconfirmed `LOAD_STARTING` ([U15](crate::wire_notes#u15)), is kept as
    /// received and is not terminal, so set a time limit if you poll until the status is terminal.
    LoadStatus {
        /// It is recorded and has not begun.
        NotStarted = "LOAD_NOT_STARTED",
        /// It waits for other loads to end.
        InQueue = "LOAD_IN_QUEUE",
        /// It is running.
        InProgress = "LOAD_IN_PROGRESS",
        /// It ended successfully.
        Completed = "LOAD_COMPLETED",
        /// It ended, except for data that conflicted with concurrent writes: load again in mode `RESUME`. A
        /// feed in this state can still change while the load runs.
        CommittedWithWriteConflicts = "LOAD_COMMITTED_W_WRITE_CONFLICTS",
        /// It was cancelled.
        CancelledByUser = "LOAD_CANCELLED_BY_USER",
        /// It ended because of errors, with `failOnError`.
        CancelledDueToErrors = "LOAD_CANCELLED_DUE_TO_ERRORS",
        /// It ended with errors.
        Failed = "LOAD_FAILED",
        /// It ended because of an unexpected error.
        UnexpectedError = "LOAD_UNEXPECTED_ERROR",
        /// It could not complete because of concurrent writes: lower the parallelism and load again.
        DataDeadlock = "LOAD_DATA_DEADLOCK",
        /// The request was invalid.
        FailedInvalidRequest = "LOAD_FAILED_INVALID_REQUEST",
        /// A load that it depends on did not complete.
        FailedBecauseDependencyNotSatisfied = "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED",
        /// Reading from S3 failed; only for feeds.
        S3ReadError = "LOAD_S3_READ_ERROR",
        /// S3 denied access; only for feeds.
        S3AccessDeniedError = "LOAD_S3_ACCESS_DENIED_ERROR",
        /// The file was changed or deleted during the load; only for feeds.
        DataFailedDueToFeedModifiedOrDeleted = "LOAD_DATA_FAILED_DUE_TO_FEED_MODIFIED_OR_DELETED",
    }
}

impl LoadStatus {
    /// Whether a load or a feed with this status has ended, successfully or not. True also for the statuses
    /// that only feeds have, such as `S3ReadError`; the load as a whole may then still be running.
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
    /// The kind of an error in a bulk load.
    LoadErrorCode {
        /// A record cannot be parsed. With record number 0 and a message about an interrupted prefetch the
        /// error is transient: load again.
        ParsingError = "PARSING_ERROR",
        /// S3 denied access.
        S3AccessDenied = "S3_ACCESS_DENIED_ERROR",
        /// A vertex of an edge does not exist.
        FromOrToVertexMissing = "FROM_OR_TO_VERTEX_ARE_MISSING",
        /// Several edges have the same id.
        IdAssignedToMultipleEdges = "ID_ASSIGNED_TO_MULTIPLE_EDGES",
        /// A single-cardinality property has several values.
        SingleCardinalityViolation = "SINGLE_CARDINALITY_VIOLATION",
        /// A file was changed or deleted during the load.
        FileModificationOrDeletion = "FILE_MODIFICATION_OR_DELETION_ERROR",
        /// The instance ran out of memory.
        OutOfMemory = "OUT_OF_MEMORY_ERROR",
        /// An internal error of Neptune.
        Internal = "INTERNAL_ERROR",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn payloads_of_old_and_new_engines_are_read() {
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
    fn unknown_states_are_not_terminal() {
        let running = LoadStatus::KNOWN
            .iter()
            .filter(|status| !status.is_terminal());
        assert_eq!(running.count(), 3);
        assert!(!LoadStatus::from("LOAD_STARTING").is_terminal());
    }
}
