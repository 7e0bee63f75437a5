//! Rebuilding indexes: <https://docs.aws.amazon.com/neptune/latest/userguide/storage-index-rebuild.html>.

mod cancel_index_rebuild;
mod get_index_rebuild_status;
mod list_index_rebuilds;
mod start_index_rebuild;
mod values;

pub use cancel_index_rebuild::{CancelIndexRebuild, CancelIndexRebuildOutput};
pub use get_index_rebuild_status::{GetIndexRebuildStatus, GetIndexRebuildStatusOutput};
pub use list_index_rebuilds::{ListIndexRebuilds, ListIndexRebuildsOutput};
pub use start_index_rebuild::{StartIndexRebuild, StartIndexRebuildOutput};
pub use values::{RebuildScope, RebuildStatus, WriteBufferSize};
