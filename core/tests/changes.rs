//! Following change streams, in virtual time.

#[path = "support/drive.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod drive;
#[path = "support/script.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod script;

#[path = "changes/crashes.rs"]
mod crashes;
#[path = "changes/paging.rs"]
mod paging;
#[path = "changes/server.rs"]
mod server;
#[path = "changes/trouble.rs"]
mod trouble;
