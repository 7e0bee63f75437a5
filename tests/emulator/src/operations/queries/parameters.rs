//! The parameters of a query, from the URL, a form, or a JSON object.

use crate::failure::Failure;
use crate::incoming::{Incoming, Members, unsupported};

/// How a body that is not the query itself is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// By its content type; without one, as a form.
    ByType,
    /// By its contents: a body that begins with a brace is JSON, any other a form. Neptune does not check the content
    /// type of Gremlin requests.
    ByLook,
}

/// The parameters of the URL and the body, those of the URL first.
pub(crate) fn read(incoming: &Incoming<'_>, reading: Reading) -> Result<Members, Failure> {
    let mut parameters = incoming.query_members();
    let body = incoming.body();
    if body.is_empty() {
        return Ok(parameters);
    }
    let is_json = match reading {
        Reading::ByLook => body.trim_ascii_start().first() == Some(&b'{'),
        Reading::ByType => match incoming.media_type().as_deref() {
            Some("application/json") => true,
            Some("application/x-www-form-urlencoded") | None => false,
            Some(other) => return Err(unsupported(other)),
        },
    };
    parameters.extend(if is_json {
        incoming.json_of_any_type()?
    } else {
        incoming.form()?
    });
    Ok(parameters)
}

/// Whether the plan of the query is requested.
pub(crate) fn explains(parameters: &Members) -> Result<bool, Failure> {
    match parameters.string("explain")? {
        None => Ok(false),
        Some("static" | "dynamic" | "details") => Ok(true),
        Some(_) => Err(Failure::invalid_parameter(
            "The value of explain must be static, dynamic or details.",
        )),
    }
}
