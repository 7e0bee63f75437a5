//! Structures, newtypes and open enums that several operations use.

#[macro_use]
mod open_enum;
mod ml;
mod text;
mod timestamp;

pub use ml::{MlConfigDefinition, MlJobStatus, MlResourceDefinition};
#[doc(hidden)]
pub use open_enum::PrivOwnedStr;
pub use text::{DataProcessingJobId, S3Uri};
pub use timestamp::Timestamp;
