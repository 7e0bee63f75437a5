//! `responses.jsonl`: answers, and the values or errors decoded from them.

use std::{
    collections::{BTreeMap, HashSet},
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use neptunedata::{
    Auth, CallOptions, CallOutput, Endpoint, Error, ExceptionKind, ServiceError, Session,
    bytes::Bytes,
    dynamic,
    error::Cause,
    http::{HeaderMap, HeaderName, HeaderValue, Response},
    machine::{Input, Io, Machine, Now, Step},
};
use neptunedata_tests::vectors::{self, model::Model};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    deviations::{self, FLOAT_STEPS, OUTPUTS, RESPONSES, WITHOUT},
    report::{A_HAZARD, Report, UNKNOWN_OPERATION, is_known, operations, same},
};

#[derive(Deserialize)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) operation: String,
    kind: String,
    pub(crate) hazards: Vec<String>,
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    body: Option<String>,
    body_base64: Option<String>,
    pub(crate) parsed: Option<Value>,
    parsed_text: Option<String>,
    error: Option<Exception>,
    parse_error: Option<Value>,
    request_id: Option<String>,
}

/// An error as botocore sees it.
#[derive(Deserialize)]
pub(crate) struct Exception {
    pub(crate) code: Value,
    pub(crate) message: Value,
    exception: String,
    pub(crate) request_id: Option<String>,
}

/// What this client made of an answer, whole and through the machine.
pub(crate) struct Outcome {
    pub(crate) result: Result<Value, Cause>,
    exchanged: Result<CallOutput<Value>, Error>,
}

#[test]
fn responses_become_the_values_and_errors_of_botocore() {
    let model = Model::load().unwrap();
    let mut report = Report::new("responses.jsonl");
    for line in vectors::lines::<Line>("responses.jsonl").unwrap() {
        if !is_known(&line.operation) {
            report.set_aside(UNKNOWN_OPERATION);
            continue;
        }
        if !line.hazards.is_empty() {
            report.set_aside(A_HAZARD);
            continue;
        }
        let outcome = match line.run(&model) {
            Ok(outcome) => outcome,
            Err(problem) => {
                report.checked(&line.operation, &line.id, Err(problem));
                continue;
            }
        };
        match RESPONSES
            .iter()
            .find(|deviation| (deviation.applies)(&line))
        {
            Some(deviation) => {
                let (name, reason) = (deviation.name, deviation.reason);
                report.set_aside(&format!("{name} of {}: {reason}", line.operation));
                report.expect(&line.id, (deviation.instead)(&outcome));
            }
            None => report.checked(&line.operation, &line.id, line.check(&outcome)),
        }
    }
    report.finish(operations());
}

impl Line {
    pub(crate) fn is_success(&self) -> bool {
        self.kind == "success"
    }

    /// What botocore made of it, in a word.
    pub(crate) fn theirs(&self) -> &'static str {
        match (&self.error, &self.parse_error) {
            (Some(_), _) => "error",
            (None, Some(_)) => "failure",
            (None, None) => "value",
        }
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        match (&self.body, &self.body_base64) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(text)) => STANDARD.decode(text).expect("body_base64 is base64"),
            (None, None) => Vec::new(),
        }
    }

    fn response(&self) -> Result<Response<Bytes>, String> {
        let mut response = Response::new(Bytes::from(self.body()));
        *response.status_mut() = self.status.try_into().map_err(|_| "invalid HTTP status")?;
        for (name, value) in &self.headers {
            let wrong = |_| format!("invalid name of a header: {name}");
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(wrong)?;
            let value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| format!("invalid value of the header {name}"))?;
            response.headers_mut().append(header, value);
        }
        Ok(response)
    }

    /// Reads the answer with the bare function and with the machine.
    pub(crate) fn run(&self, model: &Model) -> Result<Outcome, String> {
        let response = self.response()?;
        let result = dynamic::response(&self.operation, &response);
        let now = Now {
            wall: SystemTime::UNIX_EPOCH,
            mono: Duration::ZERO,
        };
        let endpoint = Endpoint::parse("https://db.example.com:8182");
        let endpoint = endpoint.map_err(|error| error.to_string())?;
        let session =
            Session::new(endpoint, Auth::unsigned()).map_err(|error| error.to_string())?;
        let input = model.minimal_input(&self.operation);
        let options = CallOptions::new().max_attempts(1);
        let mut exchange = dynamic::call(&self.operation, &input, &session, &options, 1)
            .map_err(|error| error.to_string())?;
        match exchange.resume(Input::Next, now) {
            Step::Io(Io::Send(_)) => {}
            step => return Err(format!("the exchange begins with {step:?}")),
        }
        match exchange.resume(Input::Response(response, HeaderMap::new()), now) {
            Step::Done(exchanged) => Ok(Outcome { result, exchanged }),
            step => Err(format!("the answer is followed by {step:?}")),
        }
    }

    /// Compares the outcome with botocore's.
    pub(crate) fn check(&self, outcome: &Outcome) -> Result<(), String> {
        match (&self.error, &outcome.result) {
            (None, Ok(value)) => {
                let theirs = self.value()?;
                let ours = self.without_extras(value.clone());
                same("the value", &ours, &theirs)?;
                self.check_floats(&ours)?;
                self.check_answered(outcome)
            }
            (None, Err(cause)) if self.parse_error.is_none() => {
                Err(format!("ended in an error: {cause}"))
            }
            (None, Err(_)) => Ok(()),
            (Some(theirs), Err(Cause::Service(ours))) => {
                self.check_error(ours, theirs)?;
                self.check_failed(outcome, ours)
            }
            (Some(_), other) => Err(format!("{other:?} is not an error response")),
        }
    }

    /// Both values were read by the same parser, so whether it rounds correctly is asked apart: each
    /// float is what the standard library makes of some number in the body, or its neighbour
    /// ([`FLOAT_STEPS`]).
    fn check_floats(&self, ours: &Value) -> Result<(), String> {
        let body = self.body();
        let body = String::from_utf8_lossy(&body);
        let read: HashSet<u64> = body
            .split(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c))
            .filter_map(|number| number.parse::<f64>().ok())
            .map(f64::to_bits)
            .collect();
        let mut floats = Vec::new();
        collect_floats(ours, &mut floats);
        let is_near = |float: f64| {
            let bits = float.to_bits();
            let near = bits.saturating_sub(FLOAT_STEPS)..=bits.saturating_add(FLOAT_STEPS);
            near.into_iter().any(|bits| read.contains(&bits))
        };
        match floats.iter().find(|float| !is_near(**float)) {
            Some(float) => Err(format!("{float:e} is not correctly rounded")),
            None => Ok(()),
        }
    }

    /// Whether every integer beyond 64 bits has all of its digits in our value.
    pub(crate) fn keeps_digits(&self, ours: &Value) -> bool {
        let body = self.body();
        let (body, ours) = (String::from_utf8_lossy(&body), ours.to_string());
        body.split(|c: char| !c.is_ascii_digit())
            .filter(|digits| digits.len() >= 19)
            .all(|digits| ours.contains(digits))
    }

    fn check_answered(&self, outcome: &Outcome) -> Result<(), String> {
        let answered = match &outcome.exchanged {
            Ok(answered) => answered,
            Err(error) => return Err(format!("the exchange failed: {error}")),
        };
        same("the status", &answered.meta.status.as_u16(), &self.status)?;
        same("the attempts", &answered.meta.attempts, &1)?;
        same("the body", answered.body.as_ref(), self.body().as_slice())?;
        let id = answered.meta.request_id();
        same("the request id", &id, &self.request_id.as_deref())
    }

    fn check_failed(&self, outcome: &Outcome, ours: &ServiceError) -> Result<(), String> {
        let error = match &outcome.exchanged {
            Ok(_) => return Err("the exchange took it for a success".to_owned()),
            Err(error) => error,
        };
        same("the exchange's error", &error.service(), &Some(ours))?;
        same("the attempts", &error.attempts(), &1)?;
        same("the body", error.body().as_ref(), self.body().as_slice())
    }

    fn check_error(&self, ours: &ServiceError, theirs: &Exception) -> Result<(), String> {
        let body = serde_json::from_slice::<Value>(&self.body()).unwrap_or_default();

        let kind = match theirs.exception.as_str() {
            "ClientError" => ExceptionKind::Unknown,
            name => *ExceptionKind::ALL
                .iter()
                .find(|kind| kind.name() == name)
                .ok_or_else(|| format!("unknown exception {name}"))?,
        };
        same("the kind", &ours.kind, &kind)?;
        same("the status", &ours.status.as_u16(), &self.status)?;
        let code = deviations::code(self, theirs);
        same("the code", &ours.code(), &code)?;
        let message = deviations::message(&body, theirs).unwrap_or_default();
        same("the message", ours.message.as_str(), message)?;
        let id = deviations::request_id(self, &body, theirs);
        same("the request id", &ours.request_id.as_deref(), &id)?;
        same("the body kept", ours.body.as_ref(), self.body().as_slice())
    }

    /// Their value, in JSON alone, and without what this client means to leave out.
    fn value(&self) -> Result<Value, String> {
        let mut value = self.parsed_value()?;
        for (_, take_out) in WITHOUT {
            take_out(&self.operation, &mut value);
        }
        Ok(value)
    }

    fn parsed_value(&self) -> Result<Value, String> {
        match (&self.parsed, &self.parsed_text) {
            (Some(value), _) => Ok(plain(value)),
            (None, Some(text)) => serde_json::from_str(text)
                .map(|value| plain(&value))
                .map_err(|error| format!("their value cannot be read: {error}")),
            (None, None) => Err("botocore has no value for it".to_owned()),
        }
    }

    /// Our value without the members that the model does not know and the body has.
    fn without_extras(&self, mut value: Value) -> Value {
        let body = serde_json::from_slice::<Value>(&self.body()).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            for (operation, member) in OUTPUTS {
                if *operation == self.operation && body.get(member).is_some() {
                    object.remove(*member);
                }
            }
        }
        value
    }
}

fn collect_floats(value: &Value, floats: &mut Vec<f64>) {
    match value {
        Value::Number(number) if number.is_f64() => floats.extend(number.as_f64()),
        Value::Array(items) => items.iter().for_each(|item| collect_floats(item, floats)),
        Value::Object(members) => members
            .values()
            .for_each(|member| collect_floats(member, floats)),
        _ => {}
    }
}

/// Takes the notations for what JSON cannot say out of a value.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            let mut pairs = members.iter();
            match (pairs.next(), pairs.next()) {
                (Some((name, Value::String(text))), None) => match name.as_str() {
                    "$text" | "$float" => Value::String(text.clone()),
                    "$base64" => json!({"base64": text}),
                    "$escaped" => {
                        serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()))
                    }
                    _ => value.clone(),
                },
                _ => members
                    .iter()
                    .map(|(name, value)| (name.clone(), plain(value)))
                    .collect(),
            }
        }
        _ => value.clone(),
    }
}
