//! The declarations that both change streams have in common.

/// Declares the operation that reads a change stream, its output, and the records in the output. The file imports the
/// types of the members: `Encoding`, `EventId` and `IteratorType`.
macro_rules! change_stream {
    (
        name: $wire_name:literal,
        http: GET $path:literal,
        output: $output:ident,
        format: $format:ident,
        data: $data:ident,

        $(#[$request_meta:meta])*
        pub struct $request:ident { .. }

        $(#[$record_meta:meta])*
        pub struct $record:ident;
    ) => {
        operation! {
            name: $wire_name,
            http: GET $path,
            effect: Read,
            exceptions: super::EXCEPTIONS,
            iam_actions: ["GetStreamRecords"],
            output: $output,
            decode: super::record::read,

            $(#[$request_meta])*
            pub struct $request {
                /// The commit to begin at or after. The service requires it for `AT_SEQUENCE_NUMBER` and
                /// `AFTER_SEQUENCE_NUMBER`, and ignores it for the others.
                pub commit_num: Option<i64> => query("commitNum"),
                /// Where to begin. The service's default is `AT_SEQUENCE_NUMBER`.
                pub iterator_type: Option<IteratorType> => query("iteratorType"),
                /// The maximum number of records, from 1 to 100,000. The service's default is 10.
                pub limit: Option<i64> => query("limit", 1..=100_000),
                /// The operation in the commit. The service's default is 1.
                pub op_num: Option<i64> => query("opNum"),
                /// The accepted compression, sent as the header `Accept-Encoding`. Decompressing a response requires
                /// the feature `gzip` of this crate.
                pub encoding: Option<Encoding> => accept_encoding("encoding"),
            }

            /// A request without a start position. The service's default, `AT_SEQUENCE_NUMBER`, requires `commit_num`:
            /// use [`at`](Self::at) or another constructor.
            pub fn new();
        }

        impl $request {
            /// Reads from the oldest record that is kept.
            pub fn trim_horizon() -> Self {
                $request::new().iterator_type(IteratorType::TrimHorizon)
            }

            /// Reads the newest record: the response contains at most this one record. Engine 1.1.0.0 or later.
            pub fn latest() -> Self {
                $request::new().iterator_type(IteratorType::Latest)
            }

            /// Reads from this record on.
            pub fn at(id: EventId) -> Self {
                $request::new()
                    .iterator_type(IteratorType::AtSequenceNumber)
                    .commit_num(id.commit_num)
                    .op_num(id.op_num)
            }

            /// Reads from the record after this one.
            pub fn after(id: EventId) -> Self {
                $request::at(id).iterator_type(IteratorType::AfterSequenceNumber)
            }
        }

        impl crate::rows::RowQuery for $request {
            const FORMAT: crate::rows::RowsFormat = crate::rows::RowsFormat::Stream;
        }

        #[doc = concat!("The response to [`", stringify!($request), "`].")]
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $output {
            /// The id of the last record in the response.
            #[serde(
                default,
                deserialize_with = "crate::streams::optional_event_id",
                skip_serializing_if = "Option::is_none"
            )]
            pub last_event_id: Option<EventId>,
            /// When the commit of the last record was requested, in milliseconds since 1970. The member is
            /// called `lastTrxTimestamp` on the wire.
            #[serde(
                rename = "lastTrxTimestampInMillis",
                alias = "lastTrxTimestamp",
                skip_serializing_if = "Option::is_none"
            )]
            pub last_trx_timestamp_in_millis: Option<i64>,
            /// The format of the records.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub format: Option<crate::streams::StreamFormat>,
            /// The records, oldest first.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub records: Option<Vec<$record>>,
            /// The number of records in the response.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub total_records: Option<i32>,
        }

        impl $output {
            pub(crate) const MEMBERS: &'static [&'static str] = &[
                "lastEventId",
                "lastTrxTimestampInMillis",
                "lastTrxTimestamp",
                "format",
                "records",
                "totalRecords",
            ];
        }

        arbitrary!($output, answer =>
            last_event_id, last_trx_timestamp_in_millis,
            format: Optional(OneOf(&[crate::streams::StreamFormat::$format])), records, total_records);

        $(#[$record_meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase", remote = "Self")]
        #[non_exhaustive]
        pub struct $record {
            /// When the commit was requested, in milliseconds since 1970. The member is called
            /// `commitTimestamp` on the wire.
            #[serde(
                rename = "commitTimestampInMillis",
                alias = "commitTimestamp",
                skip_serializing_if = "Option::is_none"
            )]
            pub commit_timestamp_in_millis: Option<i64>,
            /// The position of the record in the stream.
            #[serde(
                default,
                deserialize_with = "crate::streams::optional_event_id",
                skip_serializing_if = "Option::is_none"
            )]
            pub event_id: Option<EventId>,
            /// What was added or removed.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub data: Option<$data>,
            /// Whether the data was added or removed.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub op: Option<crate::streams::ChangeOp>,
            /// True only for the last record of a commit. A reader that stops only after such a record has read
            /// complete transactions.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub is_last_op: Option<bool>,
            #[serde(skip)]
            raw: super::record::SourceText,
        }

        arbitrary!($record =>
            commit_timestamp_in_millis, event_id, data, op, is_last_op,
            raw: Exactly(super::record::SourceText::default()));

        keep_raw!($output, $record, $data);
    };
}
