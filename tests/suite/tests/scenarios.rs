//! Both clients against a server that misbehaves in every way that peers were measured with, and in more.

#[path = "scenarios/limits.rs"]
mod limits;
#[path = "scenarios/stale.rs"]
mod stale;
#[path = "scenarios/support.rs"]
mod support;
#[path = "scenarios/table.rs"]
mod table;
#[path = "scenarios/tls.rs"]
mod tls;
