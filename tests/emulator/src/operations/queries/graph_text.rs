//! What can be read from the text of an openCypher or Gremlin query without a parser: whether it plainly writes, and
//! which columns it returns.

use std::ops::Range;

use crate::{Language, QueryKind, QueryRequest};

/// The keywords of openCypher's updating clauses.
const UPDATING_CLAUSES: [&str; 5] = ["CREATE", "MERGE", "SET", "DELETE", "REMOVE"];
/// The keywords of openCypher after which a name or an expression follows, and no clause.
const BEFORE_NAMES: [&str; 15] = [
    "AS", "RETURN", "DISTINCT", "WITH", "WHERE", "BY", "UNWIND", "IN", "AND", "OR", "XOR", "NOT",
    "WHEN", "THEN", "ELSE",
];
/// Gremlin's steps that write.
const WRITING_STEPS: [&str; 6] = ["addV", "addE", "mergeV", "mergeE", "property", "drop"];
/// The keywords that end the list of columns after `RETURN`.
const AFTER_COLUMNS: [&str; 4] = ["ORDER", "SKIP", "LIMIT", "UNION"];

/// Whether the text of an openCypher or Gremlin query plainly writes, and the query is executed rather than only
/// explained.
pub(super) fn writes(request: &QueryRequest) -> bool {
    let executes = match request.kind {
        // M04: these modes of openCypher's explain execute the query.
        QueryKind::Explain => matches!(request.option("explain"), Some("dynamic" | "details")),
        _ => true,
    };
    let is_write = match request.language {
        Language::OpenCypher => is_updating_clause,
        Language::Gremlin => is_writing_step,
        Language::Sparql => return false,
    };
    executes && has(&request.text, is_write)
}

/// Whether one of the tokens satisfies the condition, which also gets its neighbors.
fn has(text: &str, condition: fn(Token<'_>, Token<'_>, Token<'_>) -> bool) -> bool {
    // The neighbors of the first and the last token.
    let mut before = Token::Sign(';');
    let mut tokens = Tokens::new(text).peekable();
    while let Some((_, token)) = tokens.next() {
        let after = tokens.peek().map_or(Token::Sign(';'), |(_, next)| *next);
        if condition(before, token, after) {
            return true;
        }
        before = token;
    }
    false
}

/// Whether the token begins an updating clause. Keywords may also be names: of variables, properties, labels, keys of
/// maps and parameters.
fn is_updating_clause(before: Token<'_>, token: Token<'_>, after: Token<'_>) -> bool {
    let is_name = match before {
        Token::Sign(sign) => ".:|&!$([,=<>+-/%^".contains(sign),
        _ => BEFORE_NAMES
            .iter()
            .any(|keyword| before.is_keyword(keyword)),
    };
    let has_operand = matches!(after, Token::Word(_) | Token::Name(_) | Token::Sign('('));
    let mut clauses = UPDATING_CLAUSES.iter();
    !is_name && has_operand && clauses.any(|clause| token.is_keyword(clause))
}

fn is_writing_step(_: Token<'_>, token: Token<'_>, after: Token<'_>) -> bool {
    let is_step = matches!(token, Token::Word(word) if WRITING_STEPS.contains(&word));
    is_step && after == Token::Sign('(')
}

/// The columns that an openCypher query returns. `RETURN *` has none.
pub(super) fn columns(text: &str) -> Vec<String> {
    let mut columns = Vec::new();
    let mut column: Option<Column<'_>> = None;
    let mut depth = 0_usize;
    for (range, token) in Tokens::new(text) {
        let is_outside = depth == 0;
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if is_outside && token.is_keyword("RETURN") {
            // After `UNION`, the columns are the same.
            columns.clear();
            column = Some(Column::default());
            continue;
        }
        let Some(current) = &mut column else { continue };
        let ends = token == Token::Sign(';')
            || AFTER_COLUMNS
                .iter()
                .any(|keyword| token.is_keyword(keyword));
        if is_outside && ends {
            columns.extend(column.take().and_then(|column| column.name(text)));
        } else if is_outside && token == Token::Sign(',') {
            columns.extend(std::mem::take(current).name(text));
        } else if !(current.range.is_none() && token.is_keyword("DISTINCT")) {
            current.add(range, token);
        }
    }
    columns.extend(column.and_then(|column| column.name(text)));
    columns
}

/// A column of which some tokens have been read.
#[derive(Default)]
struct Column<'a> {
    range: Option<Range<usize>>,
    last: Option<Token<'a>>,
    has_alias: bool,
}

impl<'a> Column<'a> {
    fn add(&mut self, range: Range<usize>, token: Token<'a>) {
        self.has_alias = self.last.is_some_and(|last| last.is_keyword("AS"));
        self.last = Some(token);
        let start = self.range.as_ref().map_or(range.start, |it| it.start);
        self.range = Some(start..range.end);
    }

    /// The alias or, without one, the text of the expression.
    fn name(self, text: &str) -> Option<String> {
        let text = text.get(self.range?)?;
        let name = match self.last? {
            Token::Word(name) | Token::Name(name) if self.has_alias => name,
            Token::Name(name) if text.len() == name.len() + 2 => name,
            _ => text,
        };
        (name != "*").then(|| name.to_owned())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// A keyword, a name or a number.
    Word(&'a str),
    /// A name in backticks.
    Name(&'a str),
    String,
    Sign(char),
}

impl Token<'_> {
    fn is_keyword(self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

/// The tokens of a text, with their places. Comments are skipped.
struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Moves past this text; without it, to the end.
    fn skip_to(&mut self, end: &str) {
        let rest = self.rest();
        self.at += rest.find(end).map_or(rest.len(), |at| at + end.len());
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            if self.rest().starts_with("//") {
                self.skip_to("\n");
            } else if self.rest().starts_with("/*") {
                self.at += 2;
                self.skip_to("*/");
            } else {
                return;
            }
        }
    }

    /// Skips the rest of a string, up to its closing quotation mark.
    fn skip_string(&mut self, quote: char) {
        let mut characters = self.rest().char_indices();
        while let Some((index, character)) = characters.next() {
            if character == quote {
                self.at += index + 1;
                return;
            }
            if character == '\\' {
                characters.next();
            }
        }
        self.at = self.text.len();
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (Range<usize>, Token<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_blanks_and_comments();
        let start = self.at;
        let rest = self.rest();
        let first = rest.chars().next()?;
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        let token = if is_part(first) {
            let end = rest.find(|character| !is_part(character));
            let (word, _) = rest.split_at(end.unwrap_or(rest.len()));
            self.at += word.len();
            Token::Word(word)
        } else {
            self.at += first.len_utf8();
            match first {
                '`' => {
                    self.skip_to("`");
                    let inside = self.text.get(start + 1..self.at).unwrap_or_default();
                    Token::Name(inside.strip_suffix('`').unwrap_or(inside))
                }
                '"' | '\'' => {
                    self.skip_string(first);
                    Token::String
                }
                sign => Token::Sign(sign),
            }
        };
        Some((start..self.at, token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_write(language: Language, text: &str) -> bool {
        writes(&QueryRequest::new(language, QueryKind::Query, text))
    }

    #[test]
    fn open_cypher_writes() {
        for text in [
            "CREATE (n)",
            "create(:A)-[:B]->(:C)",
            "CREATE p = (a)-[:B]->(c) RETURN p",
            "MATCH (n) SET n.x = 1",
            "MATCH (n) SET (n).x = 1",
            "MATCH (n) SET n:Label",
            "MATCH (n) SET `n`.x = 1",
            "MATCH (n) REMOVE n.x",
            "MATCH (n) DELETE n",
            "MATCH (n)\nDETACH\tDELETE\nn",
            "MERGE (n {id: 1}) ON CREATE SET n.x = 1 ON MATCH SET n.y = 2",
            "MATCH (n)/* all */SET/* it */n.x=1",
            "MATCH (n) // read\nDELETE n",
            "WITH 'it\\'s' AS x CREATE (:A {x: x})",
            "UNWIND [1] AS x CALL { WITH x CREATE (n) RETURN n } RETURN n",
            "MATCH (n) WHERE n.set = 1 SET n.set = 2",
            "MATCH (n) WITH * SET n.x = 1",
            "MATCH (a)-->(b) CREATE (a)-[:C]->(b)",
            "WITH 1 AS create CREATE (n {x: create})",
        ] {
            assert!(has_write(Language::OpenCypher, text), "{text}");
        }
        for text in [
            "",
            "MATCH (n) RETURN n",
            "MATCH (n) WHERE n.set = 1 RETURN n.create AS set, n.merge",
            "MATCH (n) WHERE n . set RETURN n",
            "MATCH (n:Set)-[:DELETE|MERGE|:CREATE]->(m:A&Remove) RETURN n",
            "MATCH (n) WHERE n:Set RETURN n",
            "MATCH (n {set: 1, create: 'x'}) RETURN n {.set, .delete}",
            "MATCH (n) WHERE n.x = $set AND n.y = $delete RETURN n",
            "RETURN 'CREATE (n)', \"SET n.x\", 'it\\'s DELETE n'",
            "MATCH (`CREATE (n)`) RETURN `SET n`",
            "MATCH (n) // CREATE (m)\nRETURN n /* DELETE n */",
            "RETURN 1 AS create",
            "UNWIND [1, 2] AS set MATCH (n) WHERE n.x = set RETURN set AS x ORDER BY set LIMIT 1",
            "RETURN [set IN [1, 2] WHERE set > 1 AND set IN [2] | set IN []]",
            "WITH 1 AS create, 2 AS merge RETURN 1 + create AS x, merge AS y",
            "UNWIND delete AS x RETURN DISTINCT remove AS y, CASE WHEN set IS NULL THEN set ELSE merge END",
            "RETURN removeKeyFromMap({a: 1}, 'a'), settings, createdAt, n.deleted",
            "'CREATE (n)",
            "/* CREATE (n)",
            "MATCH (n) SET",
        ] {
            assert!(!has_write(Language::OpenCypher, text), "{text}");
        }
    }

    #[test]
    fn gremlin_writes() {
        for text in [
            "g.addV('person')",
            "g.V('1') . addE ('knows').to(__.V('2'))",
            "g.V().property('name', 'x')",
            "g.V().sideEffect(property(single, 'a', 1))",
            "g.V().drop()",
            "g.V().outE().where(__.inV()).drop().iterate()",
            "g.mergeV([(T.id): '1'])",
            "g.mergeE([:]).option(onCreate, [:])",
            "g.V().has('x', 'it\\'s').drop()",
            "g.V() // all\n.drop()",
        ] {
            assert!(has_write(Language::Gremlin, text), "{text}");
        }
        for text in [
            "g.V()",
            "g.V().has('property', 'drop()')",
            "g.V().has(\"x\", \".addV('a')\").properties().propertyMap()",
            "g.V().values('drop').hasKey('property')",
            "g.V().as('property').select('property').by(T.id)",
            "g.V() // .drop()\n.count()",
            "g.V('it\\'s.drop()')",
            "g.V().dropped()",
            "g.V().drop",
        ] {
            assert!(!has_write(Language::Gremlin, text), "{text}");
        }
    }

    #[test]
    fn explained_writes() {
        for (language, kind, mode, expected) in [
            (Language::OpenCypher, QueryKind::Explain, "static", false),
            (Language::OpenCypher, QueryKind::Explain, "dynamic", true),
            (Language::OpenCypher, QueryKind::Explain, "details", true),
            (Language::Gremlin, QueryKind::Explain, "", false),
            (Language::Gremlin, QueryKind::Profile, "", true),
        ] {
            let text = match language {
                Language::Gremlin => "g.V().drop()",
                _ => "MATCH (n) DELETE n",
            };
            let mut request = QueryRequest::new(language, kind, text);
            request
                .options
                .push(("explain".to_owned(), mode.to_owned()));
            assert_eq!(writes(&request), expected, "{language:?} {mode}");
        }
    }

    #[test]
    fn columns_of_open_cypher() {
        for (text, expected) in [
            ("", &[][..]),
            ("MATCH (n) DELETE n", &[]),
            ("MATCH (n) RETURN *", &[]),
            ("MATCH(a)-->(b) RETURN a,b\nORDER BY a", &["a", "b"]),
            (
                "match (n) return distinct n.name as name limit 1",
                &["name"],
            ),
            (
                "RETURN n.name, count( * ) SKIP 1;",
                &["n.name", "count( * )"],
            ),
            (
                "RETURN [x IN y | x], {a: 1, b: 2} AS `a map`, `b c`",
                &["[x IN y | x]", "a map", "b c"],
            ),
            ("CALL { MATCH (x) RETURN x LIMIT 1 } RETURN x AS y", &["y"]),
            ("RETURN 1 AS a UNION RETURN 2 AS a", &["a"]),
            ("RETURN 'RETURN x, y' AS text // , z", &["text"]),
        ] {
            assert_eq!(columns(text), expected, "{text}");
        }
    }

    #[test]
    fn every_text_ends() {
        for text in [
            "`",
            "'",
            "\"\\",
            "/*",
            "//",
            "`\u{e9}",
            "\u{e9}'\u{e9}\\\u{e9}",
            "RETURN",
            "RETURN ,",
        ] {
            assert!(!has_write(Language::OpenCypher, text));
            assert!(columns(text).is_empty(), "{text}");
        }
    }
}
