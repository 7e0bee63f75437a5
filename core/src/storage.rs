//! The storage volume: <https://docs.aws.amazon.com/neptune/latest/userguide/storage-info.html>.

mod get_storage_info;

pub use get_storage_info::{
    DictionariesInfo, GetStorageInfo, GetStorageInfoOutput, QuadsIndexesInfo, QuadsInfo,
    StorageMetrics, UndoLogsMetrics,
};
