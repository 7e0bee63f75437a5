//! Both clients against a server that misbehaves in every way that peers were measured with, and in more.

#[path = "scenarios/table.rs"]
mod table;
