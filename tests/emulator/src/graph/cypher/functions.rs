//! Rewrites function calls.

use super::edits::Edits;
use super::not_emulated::joined;
use super::query::{Clause, Query};
use super::tokens::Kind;
use super::{ID, ID_PLACEHOLDER, NODE};

/// A variable with an element or an item. Queries are unlikely to have one of this name.
const ELEMENT: &str = "`~e`";

/// Functions of a `datetime` that are properties of it in the engine.
const COMPONENTS: &[(&str, &str)] = &[
    ("day", "day"),
    ("epochmillis", "epochMillis"),
    ("hour", "hour"),
    ("millisecond", "millisecond"),
    ("minute", "minute"),
    ("month", "month"),
    ("second", "second"),
    ("year", "year"),
];
/// Functions that multiply their argument.
const FACTORS: &[(&str, &str)] = &[
    ("degrees", "57.29577951308232"),
    ("radians", "0.017453292519943295"),
];

/// Rewrites all calls.
pub(super) fn rewrite(query: &Query<'_>, now: i64, edits: &mut Edits<'_>) {
    let creates = |at: &usize| matches!(query.clause(*at), Some(Clause::Create | Clause::Merge));
    let created = (0..query.len()).find(creates).unwrap_or(query.len());
    for at in 0..query.len() {
        let Some(close) = query.call(at) else {
            continue;
        };
        let name = query.token(at).to_ascii_lowercase();
        let call = Call {
            query,
            at,
            open: at + 1,
            close,
        };
        if close == at + 2 {
            match name.as_str() {
                "datetime" => edits.replace(at + 1, format!(".fromEpochMillis({now}")),
                "timestamp" => call.constant(&format!("({now})"), edits),
                "pi" => call.constant("3.141592653589793", edits),
                "e" => call.constant("2.718281828459045", edits),
                _ => {}
            }
            continue;
        }
        match name.as_str() {
            "id" if at < created => call.id(edits),
            "id" => call.new_id(edits),
            "labels" => call.without(NODE, edits),
            "keys" => call.without(ID, edits),
            "datetime" => call.datetime_of_date(edits),
            "exists" => call.exists(edits),
            "join" => call.join(edits),
            "removekeyfrommap" => call.remove_id(edits),
            // https://docs.aws.amazon.com/neptune/latest/userguide/feature-opencypher-compliance.html
            "size" if query.is_chain(at + 2, close) => {
                edits.before(at + 2, "[");
                edits.before(close, " | 1]");
            }
            other => {
                if let Some((_, property)) = COMPONENTS.iter().find(|(name, _)| *name == other) {
                    edits.replace(at, "");
                    edits.after(close, &format!(".{property}"));
                }
                if let Some((_, factor)) = FACTORS.iter().find(|(name, _)| *name == other) {
                    edits.replace(at, "(");
                    edits.after(close, &format!(" * {factor})"));
                }
            }
        }
    }
}

/// A call: its name and its brackets.
struct Call<'q> {
    query: &'q Query<'q>,
    at: usize,
    open: usize,
    close: usize,
}

impl Call<'_> {
    fn constant(&self, value: &str, edits: &mut Edits<'_>) {
        edits.replace(self.at, value);
        edits.replace(self.open, "");
        edits.replace(self.close, "");
    }

    /// Whether the argument is a variable.
    fn is_variable(&self) -> bool {
        self.close == self.open + 2 && self.query.variable(self.open + 1)
    }

    /// `id(n)` is ``n.`~id` ``.
    fn id(&self, edits: &mut Edits<'_>) {
        edits.replace(self.at, "");
        if self.is_variable() {
            // The planner compares the text with that of properties.
            edits.replace(self.open, "");
            edits.replace(self.close, "");
            self.property_as_value(edits);
        }
        edits.after(self.close, &format!(".`{ID}`"));
    }

    /// `id(n) = row.id`: the planner uses the index for any value but a property, so that this becomes a call.
    fn property_as_value(&self, edits: &mut Edits<'_>) {
        let (query, value) = (self.query, self.close + 2);
        if query.clause(self.at) == Some(Clause::Where)
            && query.symbol(self.close + 1, "=")
            && query.variable(value)
            && query.symbol(value + 1, ".")
            && !query.symbol(value + 3, "(")
        {
            edits.before(value, "coalesce(");
            edits.after(value + 2, ")");
        }
    }

    /// The id of an element that may be new.
    fn new_id(&self, edits: &mut Edits<'_>) {
        if self.is_variable() {
            let variable = self.query.token(self.open + 1);
            let start = format!("coalesce({variable}.`{ID}`, '{ID_PLACEHOLDER}' + toString(id");
            edits.replace(self.at, start);
            edits.after(self.close, ") + ';')");
        } else {
            // The expression is evaluated once.
            edits.replace(self.at, format!("[{ELEMENT} IN ["));
            let end = format!(
                "] | coalesce({ELEMENT}.`{ID}`, '{ID_PLACEHOLDER}' + toString(id({ELEMENT})) + ';')][0]"
            );
            edits.after(self.close, &end);
        }
    }

    /// Removes a text from the list that the function returns. `null` stays `null`.
    fn without(&self, hidden: &str, edits: &mut Edits<'_>) {
        edits.before(self.at, &format!("[{ELEMENT} IN "));
        edits.after(self.close, &format!(" WHERE {ELEMENT} <> '{hidden}']"));
    }

    /// `SET n = removeKeyFromMap(map, '~id')`: the id cannot be set anyway.
    fn remove_id(&self, edits: &mut Edits<'_>) {
        edits.replace(self.at, "");
        if let Some((key, _)) = self.query.items(self.open, self.close).get(1) {
            edits.replace(key - 1, "");
            edits.replace(*key, "");
        }
    }

    /// Adds midnight to a date, because the engine does not accept dates without a time.
    fn datetime_of_date(&self, edits: &mut Edits<'_>) {
        let text = self.query.token(self.open + 1);
        let date = text
            .get(1..text.len().saturating_sub(1))
            .unwrap_or_default();
        let is_date = date.len() == 10
            && date.split('-').map(str::len).eq([4, 2, 2])
            && date
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-');
        if is_date
            && self.close == self.open + 2
            && self.query.kind(self.open + 1) == Some(Kind::String)
        {
            edits.replace(self.open + 1, format!("'{date}T00:00:00Z'"));
        }
    }

    /// Concatenates the strings by `+`.
    fn join(&self, edits: &mut Edits<'_>) {
        let Some((items, delimiter)) = joined(self.query, self.at) else {
            return;
        };
        for token in self.open + 1..self.close {
            edits.replace(token, "");
        }
        edits.replace(self.at, "");
        let delimiter = self.query.token(delimiter);
        let items: Vec<_> = items
            .into_iter()
            .map(|item| self.query.token(item))
            .collect();
        let sum = items.join(&format!(" + {delimiter} + "));
        edits.after(self.open, if sum.is_empty() { "''" } else { &sum });
    }

    /// The engine has `exists` only with braces.
    fn exists(&self, edits: &mut Edits<'_>) {
        edits.replace(self.at, "");
        if self.query.is_chain(self.open + 1, self.close) {
            edits.replace(self.open, "(size([");
            edits.replace(self.close, " | 1]) > 0)");
        } else {
            edits.replace(self.open, "((");
            edits.replace(self.close, ") IS NOT NULL)");
        }
    }
}
