//! Properties of machines, answers, requests and endpoints: any input in any order, any answer, any
//! request, any endpoint.

#[path = "machine/answers.rs"]
mod answers;
#[path = "machine/inputs.rs"]
mod inputs;
#[path = "support/script.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod script;
#[path = "machine/subject.rs"]
mod subject;

#[path = "machine/any_answer.rs"]
mod any_answer;
#[path = "machine/cuts.rs"]
mod cuts;
#[path = "machine/encoding.rs"]
mod encoding;
#[path = "machine/endpoints.rs"]
mod endpoints;
#[path = "machine/json.rs"]
mod json;
#[path = "machine/protocol.rs"]
mod protocol;
#[path = "machine/seeds.rs"]
mod seeds;
#[path = "machine/sequences.rs"]
mod sequences;
#[path = "machine/wrapped.rs"]
mod wrapped;
