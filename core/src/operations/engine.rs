//! The engine itself.

mod get_engine_status;

pub use get_engine_status::{GetEngineStatus, GetEngineStatusOutput, QueryLanguageVersion};
