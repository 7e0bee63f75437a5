//! `--control`: routes with which a test in any language controls the emulator.

use std::io;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use neptunedata_emulator::{Emulator, PlannedFault, Response, ServerHandle, operation_names};
use serde_json::{Value, json};

use crate::files::{self, required};
use crate::log::{self, ScriptNames};
use crate::scripts;

/// The function of a route: takes the body of the request, returns the body of the response.
type Run = fn(&Control, ServerHandle<'_>, &str) -> Result<Value, RouteError>;

/// The routes: their methods, their paths after `/_emulator/`, and their functions.
const ROUTES: [(Method, &str, Run); 9] = [
    (Method::GET, "health", health),
    (Method::POST, "reset", reset),
    (Method::POST, "advance", advance),
    (Method::POST, "scripts", add_scripts),
    (Method::DELETE, "scripts", remove_scripts),
    (Method::POST, "faults", add_fault),
    (Method::DELETE, "faults", remove_faults),
    (Method::GET, "log", read_log),
    (Method::DELETE, "log", clear_log),
];

/// What the routes need.
pub(crate) struct Control {
    /// Creates an emulator as it is when the program starts.
    pub(crate) fresh: Box<dyn Fn() -> io::Result<Emulator> + Send + Sync>,
    pub(crate) names: ScriptNames,
}

/// The status and the text of an error.
struct RouteError(StatusCode, String);

impl From<String> for RouteError {
    fn from(text: String) -> Self {
        Self(StatusCode::BAD_REQUEST, text)
    }
}

impl Control {
    /// The response to a request.
    pub(crate) fn answer(&self, server: ServerHandle<'_>, request: &Request<Bytes>) -> Response {
        match self.run(server, request) {
            Ok(body) => Response::json(StatusCode::OK, &body),
            Err(RouteError(status, error)) => Response::json(status, &json!({ "error": error })),
        }
    }

    fn run(&self, server: ServerHandle<'_>, request: &Request<Bytes>) -> Result<Value, RouteError> {
        let path = request.uri().path();
        let name = path.strip_prefix("/_emulator/").unwrap_or(path);
        let run = find(request.method(), name)?;
        let body = std::str::from_utf8(request.body());
        let body = body.map_err(|error| format!("the body is not valid UTF-8: {error}"))?;
        run(self, server, body)
    }
}

fn find(method: &Method, name: &str) -> Result<Run, RouteError> {
    let mut allowed = Vec::new();
    for (one, _, run) in ROUTES.iter().filter(|(_, path, _)| *path == name) {
        if one == method {
            return Ok(*run);
        }
        allowed.push(one.as_str());
    }
    if allowed.is_empty() {
        let mut known: Vec<&str> = ROUTES.iter().map(|(_, path, _)| *path).collect();
        known.dedup();
        let text = format!("unknown route {name}; the routes are {}", known.join(", "));
        return Err(RouteError(StatusCode::NOT_FOUND, text));
    }
    let text = format!("{name} allows only {}", allowed.join(", "));
    Err(RouteError(StatusCode::METHOD_NOT_ALLOWED, text))
}

fn health(_: &Control, server: ServerHandle<'_>, _: &str) -> Result<Value, RouteError> {
    let (requests, faults) = server.with(|emulator| (emulator.log().len(), emulator.planned()));
    Ok(json!({
        "status": "healthy",
        "version": env!("CARGO_PKG_VERSION"),
        "time": log::seconds(server.now()),
        "requests": requests,
        "faults": faults,
    }))
}

fn reset(control: &Control, server: ServerHandle<'_>, _: &str) -> Result<Value, RouteError> {
    let fresh = (control.fresh)()
        .map_err(|error| RouteError(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    server.reset(fresh);
    Ok(json!({}))
}

fn advance(_: &Control, server: ServerHandle<'_>, body: &str) -> Result<Value, RouteError> {
    let by = files::object(body, |members| {
        required("seconds", members.seconds("seconds")?)
    })?;
    server.advance(by);
    Ok(json!({}))
}

fn add_scripts(
    control: &Control,
    server: ServerHandle<'_>,
    body: &str,
) -> Result<Value, RouteError> {
    let scripts = scripts::parse(body)?;
    if scripts.is_empty() {
        return Err("the body has no script".to_owned().into());
    }
    let added: Vec<String> = server.with(|emulator| {
        let add = |(_, script)| control.names.add_numbered(emulator.script(script));
        scripts.into_iter().map(add).collect()
    });
    Ok(json!({ "scripts": added }))
}

fn remove_scripts(_: &Control, server: ServerHandle<'_>, _: &str) -> Result<Value, RouteError> {
    server.with(Emulator::clear_scripts);
    Ok(json!({}))
}

fn add_fault(_: &Control, server: ServerHandle<'_>, body: &str) -> Result<Value, RouteError> {
    let fault = files::object(body, |members| {
        let text = required("fault", members.text("fault")?)?;
        let fault: PlannedFault = text.parse().map_err(|error| format!("fault: {error}"))?;
        Ok(match members.text("operation")? {
            None => fault,
            Some(name) if operation_names().any(|known| known == name) => fault.on(name),
            Some(name) => return Err(format!("operation: unknown operation {name}")),
        })
    })?;
    server.with(|emulator| emulator.fail_next(fault));
    Ok(json!({}))
}

fn remove_faults(_: &Control, server: ServerHandle<'_>, _: &str) -> Result<Value, RouteError> {
    server.with(Emulator::clear_planned);
    Ok(json!({}))
}

fn read_log(control: &Control, server: ServerHandle<'_>, _: &str) -> Result<Value, RouteError> {
    let requests: Vec<Value> = server.with(|emulator| {
        let log = emulator.log().iter();
        log.map(|entry| log::line(entry, &control.names)).collect()
    });
    Ok(json!({ "requests": requests }))
}

fn clear_log(_: &Control, server: ServerHandle<'_>, _: &str) -> Result<Value, RouteError> {
    server.with(Emulator::clear_log);
    Ok(json!({}))
}
