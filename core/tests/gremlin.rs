//! Gremlin: the requests of its operations, how their answers are decoded, and literals in query texts.

#[path = "gremlin/answers.rs"]
mod answers;
#[path = "gremlin/literals.rs"]
mod literals;
#[path = "support/messages.rs"]
mod messages;
#[path = "gremlin/requests.rs"]
mod requests;
#[path = "gremlin/values.rs"]
mod values;
