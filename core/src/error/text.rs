//! Bounded, printable excerpts of texts from outside, for error texts and `Debug`.

/// At most 512 bytes of text from outside, such as a response body.
pub(crate) fn bounded_start(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    const LIMIT: usize = 512;
    let start = bytes.get(..LIMIT).unwrap_or(bytes);
    let cut = start.len() < bytes.len();
    let text = match std::str::from_utf8(start) {
        // Drop a character that the limit cuts in two.
        Err(error) if cut && error.error_len().is_none() => {
            String::from_utf8_lossy(start.get(..error.valid_up_to()).unwrap_or_default())
        }
        _ => String::from_utf8_lossy(start),
    };
    if cut {
        format!("{text}… ({} bytes in all)", bytes.len()).into()
    } else {
        text
    }
}

/// The same on one line. Control characters are escaped, because a terminal would interpret them.
pub(crate) fn one_line(bytes: &[u8]) -> String {
    let text = bounded_start(bytes);
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}
