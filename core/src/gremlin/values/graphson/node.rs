//! The values of a JSON text, as parts of the text.

use std::{borrow::Cow, str::FromStr};

use super::GraphSonError;
use crate::wire::json_text::{self, Cursor};

/// The maximum nesting depth of the JSON. A typed list takes two levels: its object and its array.
const MAX_DEPTH: usize = 256;

/// A JSON value and all values inside it, in the order of the text: a list is followed by its elements, an object by its
/// keys and values. They share one vector, because allocating one for each list and object took half of the time.
pub(super) struct Tokens<'a>(Vec<Token<'a>>);

#[derive(Clone, Copy, Default)]
struct Token<'a> {
    text: &'a str,
    /// How many of the next tokens are inside this one, at any level.
    inside: usize,
    /// How many elements a list has. An object has two for each member: the key and the value.
    elements: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new() -> Self {
        // Enough for most values.
        Tokens(Vec::with_capacity(64))
    }

    /// Reads the value at the cursor. It replaces the previous one.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'a>) -> Result<Node<'_, 'a>, GraphSonError> {
        self.0.clear();
        self.value(cursor, 0)?;
        let (token, inside) = self.0.split_first().ok_or_else(invalid_json)?;
        Ok(Node { token, inside })
    }

    fn value(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Result<(), GraphSonError> {
        if depth >= MAX_DEPTH {
            return Err(GraphSonError::TooDeep);
        }
        let deeper = depth.saturating_add(1);
        let start = cursor.begin();
        let index = self.0.len();
        let mut elements = 0_usize;
        if cursor.enter(b'[') {
            self.0.push(Token::default());
            while !cursor.leave(b']') {
                self.value(cursor, deeper)?;
                elements = elements.saturating_add(1);
            }
        } else if cursor.enter(b'{') {
            self.0.push(Token::default());
            while !cursor.leave(b'}') {
                self.scalar(cursor)?;
                self.value(cursor, deeper)?;
                elements = elements.saturating_add(2);
            }
        } else {
            return self.scalar(cursor);
        }
        let tokens = self.0.len().saturating_sub(index);
        if let Some(token) = self.0.get_mut(index) {
            *token = Token {
                text: cursor.since(start),
                inside: tokens.saturating_sub(1),
                elements,
            };
        }
        Ok(())
    }

    /// Reads a string, number, boolean or null.
    fn scalar(&mut self, cursor: &mut Cursor<'a>) -> Result<(), GraphSonError> {
        let text = cursor.value().ok_or_else(invalid_json)?;
        if text.starts_with('"') && json_text::unquoted(text).is_none() {
            return Err(GraphSonError::Surrogate);
        }
        self.0.push(Token {
            text,
            ..Token::default()
        });
        Ok(())
    }
}

fn invalid_json() -> GraphSonError {
    GraphSonError::Syntax("the value is not valid JSON".to_owned())
}

/// A JSON value.
#[derive(Clone, Copy)]
pub(super) struct Node<'t, 'a> {
    token: &'t Token<'a>,
    inside: &'t [Token<'a>],
}

impl<'t, 'a> Node<'t, 'a> {
    /// Its JSON.
    pub(super) fn json(self) -> &'a str {
        self.token.text
    }

    /// The text of a string.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        json_text::unquoted(self.token.text)
    }

    pub(super) fn string(self) -> Option<String> {
        self.text().map(Cow::into_owned)
    }

    /// The text of a number, which GraphSON may write as a JSON string.
    pub(super) fn digits(self) -> Option<Cow<'a, str>> {
        let text = self.text().unwrap_or(Cow::Borrowed(self.token.text));
        let is_number = text.contains(|c: char| c.is_ascii_digit())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        is_number.then_some(text)
    }

    pub(super) fn parsed<T: FromStr>(self) -> Option<T> {
        self.digits()?.parse().ok()
    }

    /// A float that JSON cannot write as a number.
    fn special(self) -> Option<f32> {
        match self.text()?.as_ref() {
            "NaN" => Some(f32::NAN),
            "Infinity" => Some(f32::INFINITY),
            "-Infinity" => Some(f32::NEG_INFINITY),
            _ => None,
        }
    }

    pub(super) fn float(self) -> Option<f32> {
        self.special()
            .or_else(|| self.parsed().filter(|float: &f32| float.is_finite()))
    }

    pub(super) fn double(self) -> Option<f64> {
        let special = self.special().map(f64::from);
        special.or_else(|| self.parsed().filter(|double: &f64| double.is_finite()))
    }

    pub(super) fn list(self) -> Option<Elements<'t, 'a>> {
        self.token.text.starts_with('[').then_some(self.elements())
    }

    pub(super) fn object(self) -> Option<Members<'t, 'a>> {
        let is_object = self.token.text.starts_with('{');
        is_object.then_some(Members(self.elements()))
    }

    fn elements(self) -> Elements<'t, 'a> {
        Elements {
            tokens: self.inside,
            left: self.token.elements,
        }
    }

    /// The type and the value of a typed node. An object with any other members is not typed.
    pub(super) fn typed(self) -> Option<(Cow<'a, str>, Self)> {
        let mut members = self.object()?;
        let (first, second) = (members.next()?, members.next()?);
        let (name, value) = match (first.0.text()?.as_ref(), second.0.text()?.as_ref()) {
            ("@type", "@value") => (first.1, second.1),
            ("@value", "@type") => (second.1, first.1),
            _ => return None,
        };
        let name = name.text()?;
        members.next().is_none().then_some((name, value))
    }

    /// The value inside a typed node, or the node itself.
    pub(super) fn inner(self) -> Self {
        self.typed().map_or(self, |(_, inner)| inner)
    }
}

/// The elements of a list.
#[derive(Clone)]
pub(super) struct Elements<'t, 'a> {
    tokens: &'t [Token<'a>],
    left: usize,
}

impl<'t, 'a> Iterator for Elements<'t, 'a> {
    type Item = Node<'t, 'a>;

    fn next(&mut self) -> Option<Node<'t, 'a>> {
        let (token, rest) = self.tokens.split_first()?;
        let (inside, rest) = rest.split_at_checked(token.inside)?;
        self.tokens = rest;
        self.left = self.left.saturating_sub(1);
        Some(Node { token, inside })
    }

    /// Exact, so that a vector of the elements is allocated once.
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

/// The members of an object: keys and values.
#[derive(Clone)]
pub(super) struct Members<'t, 'a>(Elements<'t, 'a>);

impl<'t, 'a> Iterator for Members<'t, 'a> {
    type Item = (Node<'t, 'a>, Node<'t, 'a>);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let members = self.0.left / 2;
        (members, Some(members))
    }
}

impl<'t, 'a> Members<'t, 'a> {
    /// The value of the first member of this name, unless it is null.
    pub(super) fn get(&self, name: &str) -> Option<Node<'t, 'a>> {
        let mut members = self.clone();
        let (_, value) = members.find(|(key, _)| key.text().is_some_and(|key| key == name))?;
        Some(value).filter(|value| value.json() != "null")
    }
}
