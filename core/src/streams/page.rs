//! The declarations that both change streams have in common.

/// Declares the constructors of a request, its output, and the records in the output.
macro_rules! change_stream {
    (
        request: $request:ident,
        format: $format:ident,
        output: $output:ident,
        data: $data:ident,

        $(#[$record_meta:meta])*
        pub struct $record:ident;
    ) => {
        impl $request {
            /// Reads from the oldest record that is kept.
            pub fn trim_horizon() -> Self {
                $request::new().iterator_type(crate::streams::IteratorType::TrimHorizon)
            }

            /// Reads the newest record: the response contains at most this one record. Engine 1.1.0.0 or later.
            pub fn latest() -> Self {
                $request::new().iterator_type(crate::streams::IteratorType::Latest)
            }

            /// Reads from this record on.
            pub fn at(id: EventId) -> Self {
                $request::new()
                    .iterator_type(crate::streams::IteratorType::AtSequenceNumber)
                    .commit_num(id.commit_num)
                    .op_num(id.op_num)
            }

            /// Reads from the record after this one.
            pub fn after(id: EventId) -> Self {
                $request::at(id).iterator_type(crate::streams::IteratorType::AfterSequenceNumber)
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
