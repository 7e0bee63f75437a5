//! Names what a server sent in place of the expected body, for error texts.

/// What a body is, with its media type, such as `found XML (application/xml)`. `None` if it is blank or begins like
/// JSON.
pub(crate) fn not_json(media_type: Option<&str>, body: &[u8]) -> Option<String> {
    let form = form(body)?;
    let mut found = match media_type {
        Some(media_type) => format!("found {form} ({media_type})"),
        None => format!("found {form}"),
    };
    if is_html(media_type, body) {
        found.push_str(", probably from a proxy");
    }
    Some(found)
}

/// Like [`not_json`], but for a body that may begin like JSON: then only its media type is named.
pub(crate) fn other_format(media_type: Option<&str>, body: &[u8]) -> String {
    not_json(media_type, body)
        .unwrap_or_else(|| format!("found {}", media_type.unwrap_or("no media type")))
}

/// Whether the body is an HTML page, according to its media type or its beginning.
pub(crate) fn is_html(media_type: Option<&str>, body: &[u8]) -> bool {
    matches!(media_type, Some("text/html" | "application/xhtml+xml")) || begins_as_html(body)
}

fn form(body: &[u8]) -> Option<&'static str> {
    let text = body.trim_ascii_start();
    let (first, second) = (text.first()?, text.get(1));
    Some(match (first, second) {
        (b'{' | b'[' | b'"' | b'-' | b'0'..=b'9', _) => return None,
        (0x1f, Some(0x8b)) => "gzip data",
        (0xef, Some(0xbb)) if text.starts_with(b"\xef\xbb\xbf") => "a byte order mark",
        (b'<', _) if begins_as_html(text) => "HTML",
        // Other text in angle brackets is for example an IRI in Turtle.
        (b'<', Some(b'?' | b'!')) => "XML",
        (b'<', Some(b'a'..=b'z' | b'A'..=b'Z')) if !begins_with_iri(text) => "XML",
        _ if is_text(text) => "text",
        _ => "binary data",
    })
}

fn begins_as_html(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    ["<!doctype html", "<html"].iter().any(|with| {
        start
            .get(..with.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(with.as_bytes()))
    })
}

/// Whether the text in the first angle brackets is an absolute IRI.
fn begins_with_iri(text: &[u8]) -> bool {
    let end = text.iter().position(|byte| *byte == b'>');
    let inner = end.and_then(|end| text.get(1..end)).unwrap_or_default();
    let has_blanks = inner.iter().any(u8::is_ascii_whitespace);
    inner.contains(&b':') && !has_blanks
}

/// Whether the beginning is UTF-8 without control characters.
fn is_text(body: &[u8]) -> bool {
    let start = body.get(..512).unwrap_or(body);
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // The limit may cut a character.
        Err(error) if error.error_len().is_none() => {
            let valid = start.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(valid).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.contains(|c: char| c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_are_not_json_are_named() {
        let long = format!("{}é", "x".repeat(511));
        for (media_type, body, found) in [
            (
                "application/xml",
                "<?xml version=\"1.0\"?><a/>",
                "XML (application/xml)",
            ),
            (
                "text/xml; charset=utf-8",
                "\n <ErrorResponse xmlns=\"urn:a\"/>",
                "XML (text/xml; charset=utf-8)",
            ),
            ("", "<!-- a --><a/>", "XML"),
            (
                "text/html",
                "<!DOCTYPE HTML><p>",
                "HTML (text/html), probably from a proxy",
            ),
            (
                "application/json",
                "<html>",
                "HTML (application/json), probably from a proxy",
            ),
            ("text/plain", "Internal error", "text (text/plain)"),
            ("", "nope", "text"),
            ("", &long, "text"),
            (
                "application/n-triples",
                "<http://a/s> <b> <c> .",
                "text (application/n-triples)",
            ),
            (
                "application/json",
                "\u{feff}{}",
                "a byte order mark (application/json)",
            ),
            ("image/png", "\u{1}PNG", "binary data (image/png)"),
        ] {
            assert_eq!(
                named(media_type, body.as_bytes()),
                Some(format!("found {found}")),
                "{body}"
            );
        }
        for (body, found) in [
            (&b"\x1f\x8b\x08\0"[..], "found gzip data"),
            (b"\x84\0\xfd", "found binary data"),
            (b"a\xff", "found binary data"),
        ] {
            assert_eq!(named("", body).as_deref(), Some(found));
        }
        for json in ["", " \n", "{", "[1", " \"a", "-", "7x", "{<html>"] {
            assert_eq!(named("text/html", json.as_bytes()), None, "{json}");
        }
    }

    fn named(media_type: &str, body: &[u8]) -> Option<String> {
        not_json(Some(media_type).filter(|it| !it.is_empty()), body)
    }
}
