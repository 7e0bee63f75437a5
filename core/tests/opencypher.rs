//! openCypher: the requests of its operations, and how the known answers of Neptune are decoded.

#[path = "opencypher/answers.rs"]
mod answers;
#[path = "support/messages.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod messages;
#[path = "opencypher/requests.rs"]
mod requests;
#[path = "opencypher/rows.rs"]
mod rows;
#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;
#[path = "opencypher/support.rs"]
mod support;
