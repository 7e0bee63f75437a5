//! What the examples share: emulators, measurements and output.

mod changes;
mod loads;
mod memory;
mod training;

pub use changes::{add_people, print_transaction, streaming_emulator};
pub use loads::{RECORDS, loading_emulator, show_progress, start_load};
pub use memory::{Memory, large_graph, large_response};
pub use training::{exit_code, signing_client, signing_emulator, status_text};
