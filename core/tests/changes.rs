//! Following change streams, in virtual time.

#[path = "support/drive.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod drive;
#[path = "support/script.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod script;
#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;

#[path = "changes/crashes.rs"]
mod crashes;
#[path = "changes/failures.rs"]
mod failures;
#[path = "changes/follow.rs"]
mod follow;
#[path = "changes/lost.rs"]
mod lost;
#[path = "changes/paging.rs"]
mod paging;
#[path = "changes/server.rs"]
mod server;
