//! The status of the engine, and fast reset.

mod execute_fast_reset;
mod get_engine_status;

pub use execute_fast_reset::{
    ExecuteFastReset, ExecuteFastResetOutput, FastResetAction, FastResetToken,
};
pub use get_engine_status::{GetEngineStatus, GetEngineStatusOutput, QueryLanguageVersion};
