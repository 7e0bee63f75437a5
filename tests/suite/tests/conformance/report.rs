//! Counts the checked lines, collects mismatches, and reports both at the end.

use std::{
    collections::BTreeMap,
    fmt::{Debug, Write as _},
    io::{self, Write as _},
};

use neptunedata::catalog::OPERATIONS;

/// How many mismatches a failure shows.
const SHOWN: usize = 20;

/// What became of the lines of one file.
pub(crate) struct Report {
    file: &'static str,
    checked: BTreeMap<String, usize>,
    set_aside: BTreeMap<String, usize>,
    differing: BTreeMap<String, usize>,
    mismatches: Vec<String>,
}

impl Report {
    pub(crate) fn new(file: &'static str) -> Self {
        Report {
            file,
            checked: BTreeMap::new(),
            set_aside: BTreeMap::new(),
            differing: BTreeMap::new(),
            mismatches: Vec::new(),
        }
    }

    /// Counts a line that is not compared, by the reason.
    pub(crate) fn set_aside(&mut self, reason: &str) {
        *self.set_aside.entry(reason.to_owned()).or_default() += 1;
    }

    /// Counts a line that was compared; `group` is what must not go without a line.
    pub(crate) fn checked(&mut self, group: &str, id: &str, result: Result<(), String>) {
        *self.checked.entry(group.to_owned()).or_default() += 1;
        self.expect(id, result);
    }

    /// Counts a line that was compared with a deliberate difference in it.
    pub(crate) fn differs(&mut self, difference: &str) {
        *self.differing.entry(difference.to_owned()).or_default() += 1;
    }

    /// Keeps a mismatch of a line that is counted elsewhere.
    pub(crate) fn expect(&mut self, id: &str, result: Result<(), String>) {
        if let Err(difference) = result {
            self.mismatches.push(format!("{id}: {difference}"));
        }
    }

    /// Prints the counts, and fails if anything did not match or one of `groups` had no line.
    pub(crate) fn finish<'a>(self, groups: impl IntoIterator<Item = &'a str>) {
        let checked: usize = self.checked.values().sum();
        let set_aside: usize = self.set_aside.values().sum();
        let mut text = format!("{}: {checked} checked, {set_aside} set aside\n", self.file);
        if checked > 0 {
            let groups = self.checked.iter();
            let groups: Vec<_> = groups
                .map(|(group, count)| format!("{group} {count}"))
                .collect();
            let _ = writeln!(text, "          of {}", groups.join(", "));
        }
        for (reason, count) in &self.set_aside {
            let _ = writeln!(text, "    {count:>5} {reason}");
        }
        for (difference, count) in &self.differing {
            let _ = writeln!(text, "    {count:>5} checked with {difference}");
        }
        print(&text);

        assert_ne!(checked, 0, "{}: nothing was checked", self.file);
        for group in groups {
            let lines = self.checked.get(group).copied().unwrap_or_default();
            assert_ne!(lines, 0, "{}: no line of {group} was checked", self.file);
        }
        let shown = self.mismatches.iter().take(SHOWN);
        let shown: String = shown.map(|mismatch| format!("\n  {mismatch}")).collect();
        assert!(
            self.mismatches.is_empty(),
            "{}: {} of {checked} do not match, the first of them:{shown}",
            self.file,
            self.mismatches.len()
        );
    }
}

/// Writes to the real handle, so that the counts are seen although the test harness captures what
/// passing tests print.
pub(crate) fn print(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Whether the client has this operation.
pub(crate) fn is_known(operation: &str) -> bool {
    OPERATIONS.iter().any(|info| info.name == operation)
}

/// The reason for which lines of other operations are set aside.
pub(crate) const UNKNOWN_OPERATION: &str = "the client has no such operation yet";

/// The reason for which lines with a hazard are set aside.
pub(crate) const A_HAZARD: &str = "a hazard: run by the test of hazards";

/// The names of all operations.
pub(crate) fn operations() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().map(|info| info.name)
}

/// Compares two values, and says what they are.
pub(crate) fn same<T: PartialEq + Debug + ?Sized>(
    what: &str,
    ours: &T,
    theirs: &T,
) -> Result<(), String> {
    if ours == theirs {
        return Ok(());
    }
    Err(format!(
        "{what}: ours {}, theirs {}",
        shortened(ours),
        shortened(theirs)
    ))
}

fn shortened<T: Debug + ?Sized>(value: &T) -> String {
    const LIMIT: usize = 600;
    let mut text = format!("{value:?}");
    if let Some((cut, _)) = text.char_indices().nth(LIMIT) {
        text.truncate(cut);
        text.push('…');
    }
    text
}
