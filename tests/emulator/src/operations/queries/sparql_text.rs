//! What can be read from the text of a SPARQL query without a parser: its form and its variables.

/// The form of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `SELECT` with its variables; `None` for `*`.
    Select(Option<Vec<String>>),
    Ask,
    /// `CONSTRUCT` or `DESCRIBE`.
    Graph,
}

impl Form {
    /// The form of the first keyword that names one. A text without a keyword is a `SELECT` without variables.
    pub(crate) fn of(text: &str) -> Self {
        let mut tokens = Tokens(text);
        while let Some(token) = tokens.next() {
            let Token::Word(word) = token else { continue };
            match word.to_ascii_uppercase().as_str() {
                "SELECT" => return Self::Select(selected(tokens)),
                "ASK" => return Self::Ask,
                "CONSTRUCT" | "DESCRIBE" => return Self::Graph,
                _ => {}
            }
        }
        Self::Select(Some(Vec::new()))
    }
}

/// The variables between `SELECT` and what follows it; `None` for `*`.
fn selected(tokens: Tokens<'_>) -> Option<Vec<String>> {
    let mut variables = Vec::new();
    let (mut open, mut named) = (0_usize, false);
    for token in tokens {
        match token {
            Token::Open => open += 1,
            Token::Close => open = open.saturating_sub(1),
            // The variables inside an expression do not count, but the variable after `AS` does.
            Token::Variable(name) if open == 0 || (open == 1 && named) => {
                variables.push(name.to_owned());
            }
            Token::Star if open == 0 => return None,
            Token::Word(word) if open == 0 => {
                let how = ["DISTINCT", "REDUCED"];
                if !how.iter().any(|how| word.eq_ignore_ascii_case(how)) {
                    break;
                }
            }
            Token::Other if open == 0 => break,
            _ => {}
        }
        named = matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("AS"));
    }
    Some(variables)
}

/// The variables that a query returns: those of `SELECT`, or for `*` all of the text.
pub(super) fn returned(text: &str) -> Vec<String> {
    match Form::of(text) {
        Form::Select(Some(variables)) => variables,
        Form::Select(None) => variables(text).into_iter().map(str::to_owned).collect(),
        Form::Ask | Form::Graph => Vec::new(),
    }
}

/// All variables of a text, in the order in which they appear in it.
pub(crate) fn variables(text: &str) -> Vec<&str> {
    let mut variables = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for token in Tokens(text) {
        if let Token::Variable(name) = token
            && seen.insert(name)
        {
            variables.push(name);
        }
    }
    variables
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// A keyword, a name with or without a prefix, or a number.
    Word(&'a str),
    /// A variable without its sign.
    Variable(&'a str),
    Open,
    Close,
    Star,
    Other,
}

/// The rest of a text. Comments are skipped; strings and IRIs are tokens without content.
#[derive(Clone, Copy, Debug)]
struct Tokens<'a>(&'a str);

impl<'a> Tokens<'a> {
    /// Takes the longest prefix of these characters.
    fn take_like(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|character| !is_part(character));
        let (taken, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        taken
    }

    /// Skips the rest of a string that has just begun with this quotation mark, or the rest of the text.
    fn string(&mut self, quote: char) {
        let mut mark = [0; 4];
        let mark: &str = quote.encode_utf8(&mut mark);
        let long = mark.repeat(3);
        let (end, inside) = match self.0.strip_prefix(&long[1..]) {
            Some(inside) => (long.as_str(), inside),
            None => (mark, self.0),
        };
        let mut rest = inside;
        loop {
            if let Some(after) = rest.strip_prefix(end) {
                self.0 = after;
                return;
            }
            let mut characters = rest.chars();
            match characters.next() {
                None => break,
                Some('\\') => drop(characters.next()),
                Some(_) => {}
            }
            rest = characters.as_str();
        }
        self.0 = rest;
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.take_like(char::is_whitespace);
            if !self.0.starts_with('#') {
                break;
            }
            self.take_like(|character| !matches!(character, '\n' | '\r'));
        }
        let is_name = |character: char| character.is_alphanumeric() || character == '_';
        let is_word = |character: char| is_name(character) || ":-.%@\\".contains(character);
        let mut characters = self.0.chars();
        let first = characters.next()?;
        if is_word(first) && !matches!(first, '.' | '-') {
            return Some(Token::Word(self.take_like(is_word)));
        }
        self.0 = characters.as_str();
        Some(match first {
            '?' | '$' if self.0.starts_with(is_name) => Token::Variable(self.take_like(is_name)),
            '"' | '\'' => {
                self.string(first);
                Token::Other
            }
            '<' => {
                let mut iri = *self;
                iri.take_like(|character| character > ' ' && !"<>\"{}|^`\\".contains(character));
                if let Some(after) = iri.0.strip_prefix('>') {
                    self.0 = after;
                }
                Token::Other
            }
            '(' => Token::Open,
            ')' => Token::Close,
            '*' => Token::Star,
            _ => Token::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let select = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned());
            Form::Select(Some(names.collect()))
        };
        for (text, form) in [
            ("ASK {}", Form::Ask),
            ("ask{?select ?p ?o}", Form::Ask),
            (
                "# SELECT\nBASE <http://x/#SELECT> PREFIX select: <urn:ask#> \
                 PREFIX ask:<urn:x> CONSTRUCT { ?s ?p ?o } {}",
                Form::Graph,
            ),
            ("DESCRIBE <urn:x>", Form::Graph),
            ("SELECT * { ?s ?p ?o }", Form::Select(None)),
            ("select distinct*{?s ?p ?o}", Form::Select(None)),
            ("SELECT ?s$o { ?s ?p ?o }", select(&["s", "o"])),
            (
                "SELECT REDUCED ?s FROM <urn:g> { ?s ?p ?o }",
                select(&["s"]),
            ),
            (
                "SELECT ?g (COUNT(*) AS ?n) (CONCAT(?a, ') AS ?no', \"\"\"\"(\"\"\", '\\'(') AS ?t) # ?no\n ?\u{e9} {}",
                select(&["g", "n", "t", "\u{e9}"]),
            ),
            (
                "SELECT (?a<?b AS ?less) (?a >?b AS ?more) ?c {}",
                select(&["less", "more", "c"]),
            ),
            ("SELECT", select(&[])),
            ("", select(&[])),
            ("'SELECT ?x", select(&[])),
            ("nonsense", select(&[])),
        ] {
            assert_eq!(Form::of(text), form, "{text}");
        }
    }

    #[test]
    fn variables_in_order() {
        let text = "SELECT * { ?z a <urn:?no> ; :p? $b , '?no', ?z . # ?no\n FILTER(?a<?b) }";
        assert_eq!(variables(text), ["z", "b", "a"]);
    }
}
