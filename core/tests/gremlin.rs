//! Gremlin: what its operations send, what is made of their answers, and what gets into a query's text.

#[path = "gremlin/answers.rs"]
mod answers;
#[path = "gremlin/literals.rs"]
mod literals;
#[path = "gremlin/requests.rs"]
mod requests;
#[path = "gremlin/values.rs"]
mod values;
