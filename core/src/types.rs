//! Structs and newtypes that several modules share.

mod query;
mod raw_body;
mod raw_json;
mod report;
pub(crate) mod text;
mod text_or_base64;
mod timestamp;

pub use query::{QueryEvalStats, QueryStatus};
pub use raw_body::RawBody;
pub use raw_json::RawJson;
pub use report::ReportAsText;
pub use text::{IamRoleArn, S3BucketRegion, S3Uri};
pub use timestamp::Timestamp;
