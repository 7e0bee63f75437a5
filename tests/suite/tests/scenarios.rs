//! Both clients against a server that misbehaves in every way in which other clients were measured, and in more.

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
