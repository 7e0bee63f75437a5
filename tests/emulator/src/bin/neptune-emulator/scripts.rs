//! `--scripts`: the responses to queries, one script per line. The members have the names of the methods of
//! [`QueryScript`].

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use neptunedata_emulator::{Language, QueryScript};
use serde_json::Value;

use crate::files::{self, Members, required};

/// Reads a file of scripts, with the number of each line.
pub(crate) fn read(path: &Path) -> std::io::Result<Vec<(u64, QueryScript)>> {
    files::named(path, parse(&files::text(path)?))
}

/// Reads a text with a script on each line.
pub(crate) fn parse(text: &str) -> Result<Vec<(u64, QueryScript)>, String> {
    files::lines(text, script)
}

fn script(members: &mut Members) -> Result<QueryScript, String> {
    let language = members.take(
        "language",
        "gremlin, open_cypher or sparql",
        |value| match value.as_str()? {
            "gremlin" => Some(Language::Gremlin),
            "open_cypher" | "openCypher" => Some(Language::OpenCypher),
            "sparql" => Some(Language::Sparql),
            _ => None,
        },
    )?;
    let language = required("language", language)?;
    let script = match language {
        Language::Gremlin => QueryScript::gremlin(),
        Language::OpenCypher => QueryScript::open_cypher(),
        Language::Sparql => QueryScript::sparql(),
    };
    let script = condition(script, language, members)?;
    let (script, has_response) = reply(script, language, members)?;
    let script = delivery(script, language, members)?;
    // A member with a wrong name may be meant as the response.
    members.finish()?;
    if !has_response {
        return Err("no member sets the response; \"rows\":[] is an empty one".to_owned());
    }
    Ok(script)
}

/// The conditions of the script, and the duration of the query.
fn condition(
    mut script: QueryScript,
    language: Language,
    members: &mut Members,
) -> Result<QueryScript, String> {
    type Kind = fn(QueryScript) -> QueryScript;
    let kinds: [(&str, Kind, bool); 3] = [
        ("explain", QueryScript::explain, true),
        (
            "profile",
            QueryScript::profile,
            language == Language::Gremlin,
        ),
        (
            "graph_store",
            QueryScript::graph_store,
            language == Language::Sparql,
        ),
    ];
    let mut kind = None;
    for (name, become_it, fits) in kinds {
        if !fits || members.flag(name)? != Some(true) {
            continue;
        }
        if let Some(other) = kind.replace(name) {
            return Err(format!("only one of {other} and {name} may be true"));
        }
        script = become_it(script);
    }
    script = with(script, members.text("exact")?, QueryScript::exact);
    let parts = members.take("containing", "a string or a list of strings", texts)?;
    let parts = parts.into_iter().flatten();
    script = parts.fold(script, QueryScript::containing);
    script = with(script, members.positive("times")?, QueryScript::times);
    if members.flag("writes")? == Some(true) {
        script = script.writes();
    }
    let lasting = members.seconds("lasting")?;
    Ok(with(script, lasting, QueryScript::lasting))
}

/// The response. Also returns whether a member sets it.
fn reply(
    mut script: QueryScript,
    language: Language,
    members: &mut Members,
) -> Result<(QueryScript, bool), String> {
    let mut replies = Vec::new();
    if let Some(rows) = members.list("rows")? {
        replies.push("rows");
        rows.iter().try_for_each(|one| row(one, language))?;
        script = script.rows(rows);
    }
    let repeated = members.nested("repeat", |members| {
        let one = required("row", members.take("row", "a value", Some)?)?;
        row(&one, language)?;
        Ok((one, required("times", members.number("times")?)?))
    })?;
    if let Some((row, times)) = repeated {
        replies.push("repeat");
        script = script.repeat(row, times);
    }
    if language == Language::Sparql {
        if let Some(answer) = members.flag("boolean")? {
            replies.push("boolean");
            script = script.boolean(answer);
        }
        let vars = members.take("vars", "a list of strings", |value| {
            value.is_array().then_some(value).and_then(texts)
        })?;
        script = with(script, vars, QueryScript::vars);
    }
    let bytes = members.take("body_base64", "a base64 string", |value| {
        STANDARD.decode(value.as_str()?).ok()
    })?;
    let bodies = [
        ("body", members.text("body")?.map(String::into_bytes)),
        ("body_base64", bytes),
    ];
    for (name, body) in bodies {
        let Some(body) = body else { continue };
        replies.push(name);
        let media_type = required("media_type", members.text("media_type")?)?;
        script = script.body(media_type, body);
    }
    if let Some(text) = members.text("text")? {
        replies.push("text");
        script = script.text(text);
    }
    if let Some((code, message)) = members.nested("error", exception)? {
        replies.push("error");
        script = script.error(code, message);
    }
    match replies.as_slice() {
        [] => Ok((script, false)),
        [_] => Ok((script, true)),
        [one, other, ..] => Err(format!("only one of {one} and {other} is allowed")),
    }
}

/// The division into chunks, and the failure after the first bytes.
fn delivery(
    mut script: QueryScript,
    language: Language,
    members: &mut Members,
) -> Result<QueryScript, String> {
    script = with(
        script,
        members.positive("chunk_rows")?,
        QueryScript::chunk_rows,
    );
    let bytes = members.positive("chunk_bytes")?;
    let bytes = bytes.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    script = with(script, bytes, QueryScript::chunk_bytes);
    if language == Language::Gremlin && members.flag("several_documents")? == Some(true) {
        script = script.several_documents();
    }
    let broken = members.nested("fail_after", |members| {
        let rows = required("rows", members.number("rows")?)?;
        Ok((rows, exception(members)?))
    })?;
    if let Some((rows, (code, message))) = broken {
        script = script.fail_after(rows, code, message);
    }
    script = with(script, members.flag("appended")?, QueryScript::appended);
    script = with(script, members.flag("trailers")?, QueryScript::trailers);
    if members.flag("without_last_chunk")? == Some(true) {
        script = script.without_last_chunk();
    }
    Ok(script)
}

/// The script with a property, if it is given.
fn with<T>(
    script: QueryScript,
    value: Option<T>,
    set: impl FnOnce(QueryScript, T) -> QueryScript,
) -> QueryScript {
    match value {
        Some(value) => set(script, value),
        None => script,
    }
}

fn row(row: &Value, language: Language) -> Result<(), String> {
    if language == Language::Gremlin || row.is_object() {
        return Ok(());
    }
    Err("a row of openCypher or SPARQL must be an object".to_owned())
}

fn exception(members: &mut Members) -> Result<(String, String), String> {
    let code = required("code", members.text("code")?)?;
    let message = members.text("message")?;
    Ok((code, message.unwrap_or_else(|| "As scripted.".to_owned())))
}

/// One string or several.
fn texts(value: Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(items) => {
            let texts = items.into_iter().map(|item| match item {
                Value::String(text) => Some(text),
                _ => None,
            });
            texts.collect()
        }
        _ => None,
    }
}
