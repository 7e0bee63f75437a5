//! Gremlin: the requests of its operations, how their answers are decoded, and literals in query texts.

#[path = "gremlin/allocations.rs"]
mod allocations;
#[path = "gremlin/answers.rs"]
mod answers;
#[path = "gremlin/literals.rs"]
mod literals;
#[path = "support/messages.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod messages;
#[path = "gremlin/requests.rs"]
mod requests;
#[path = "gremlin/types.rs"]
mod types;
#[path = "gremlin/values.rs"]
mod values;
