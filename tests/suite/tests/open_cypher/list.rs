//! Committed lists of what does not pass.

/// Lines of the form `key: text`, without comments.
pub(crate) fn entries(file: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = file.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(": ").expect("`key: text`"))
}
