//! Literals in query texts, parsed by a parser that follows the grammar and shares no code with the writer.

use neptunedata::{
    gremlin::{Literal, LiteralError, quote},
    types::Timestamp,
};
use proptest::prelude::*;

/// Reads a string literal in single quotes as the Gremlin grammar does, and gives what follows it.
fn read(text: &str) -> Option<(String, &str)> {
    let mut units: Vec<u16> = Vec::new();
    let mut chars = text.strip_prefix('\'')?.chars();
    loop {
        match chars.next()? {
            '\'' => return Some((String::from_utf16(&units).ok()?, chars.as_str())),
            '\\' => units.push(escaped(&mut chars)?),
            c => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
        }
    }
}

fn escaped(chars: &mut std::str::Chars<'_>) -> Option<u16> {
    let c = match chars.next()? {
        'b' => 8,
        't' => 9,
        'n' => 10,
        'f' => 12,
        'r' => 13,
        c @ ('"' | '\'' | '\\') => u16::try_from(u32::from(c)).ok()?,
        'u' => {
            let digits = chars.as_str().get(..4)?;
            *chars = chars.as_str()[4..].chars();
            u16::from_str_radix(digits, 16).ok()?
        }
        // The grammar has no other escapes but octal ones, which are never written.
        _ => return None,
    };
    Some(c)
}

fn texts() -> impl Strategy<Value = String> {
    let pieces = vec![
        "'",
        "\"",
        "\\",
        "\\'",
        "\\\\'",
        "\n",
        "\r\n",
        "\t",
        "$",
        "${x}",
        "\\u0027",
        "u0027",
        "\\47",
        ";",
        "'''",
        "/*",
        "//",
        "').drop()",
        "\u{2028}",
        "\u{2029}",
        "\u{85}",
        "\u{feff}",
        "\u{1f680}",
        "\u{7f}",
        "\u{1}",
        "é",
    ];
    let awkward = proptest::collection::vec(proptest::sample::select(pieces), 0..12);
    prop_oneof![
        any::<String>().prop_map(|text| text.replace('\0', "")),
        awkward.prop_map(|pieces| pieces.concat()),
    ]
}

proptest! {
    #[test]
    fn a_quoted_text_is_read_back_and_ends_where_it_should(text in texts(), rest in texts()) {
        let query = format!("{}{rest}", quote(&text).unwrap());
        prop_assert_eq!(read(&query), Some((text, rest.as_str())));
    }

    /// Neither a line end nor anything else that is not seen.
    #[test]
    fn a_quoted_text_has_nothing_that_a_reader_may_split_at(text in texts()) {
        let quoted = quote(&text).unwrap();
        let is_odd = |c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}';
        prop_assert!(!quoted.contains(is_odd), "{quoted:?}");
    }

    #[test]
    fn lists_keep_their_elements_apart(texts in proptest::collection::vec(texts(), 0..5)) {
        let written = Literal::from_iter(texts.iter().map(String::as_str)).to_text().unwrap();
        let mut rest = written.strip_prefix('[').unwrap();
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                rest = rest.strip_prefix(',').unwrap();
            }
            let (found, after) = read(rest).unwrap();
            prop_assert_eq!(&found, text);
            rest = after;
        }
        prop_assert_eq!(rest, "]");
    }

    #[test]
    fn numbers_are_exact(int: i32, long: i64, double: f64) {
        let text = |literal: Literal| literal.to_text().unwrap();
        prop_assert_eq!(text(int.into()).parse(), Ok(int));
        prop_assert_eq!(text(long.into()).strip_suffix('L').unwrap().parse(), Ok(long));
        let written = text(double.into());
        let read: f64 = match &*written {
            "NaN" | "Infinity" | "-Infinity" => written.replace("Infinity", "inf").parse().unwrap(),
            _ => written.strip_suffix('D').unwrap().parse().unwrap(),
        };
        prop_assert!(read == double || (read.is_nan() && double.is_nan()));
    }

    #[test]
    fn a_text_with_nul_is_refused(before in texts(), after in texts()) {
        prop_assert_eq!(quote(&format!("{before}\0{after}")), Err(LiteralError::Nul));
    }
}

#[test]
fn texts_of_literals() {
    let text = |literal: Literal| literal.to_text();
    assert_eq!(text(Literal::Null).unwrap(), "null");
    assert_eq!(text(None::<i32>.into()).unwrap(), "null");
    assert_eq!(text(i64::MIN.into()).unwrap(), "-9223372036854775808L");
    assert_eq!(text(1e300.into()).unwrap(), "1e300D");
    assert_eq!(text((-0.0).into()).unwrap(), "-0.0D");
    assert_eq!(text(Vec::<bool>::new().into()).unwrap(), "[]");
    let nested = Literal::from_iter([Literal::from("a"), vec![1, 2].into(), Literal::Null]);
    assert_eq!(text(nested).unwrap(), "['a',[1,2],null]");
    assert_eq!(quote("$x ${y}").unwrap(), "'$x ${y}'");
    assert_eq!(quote("a\u{1}\u{2028}").unwrap(), r"'a\u0001\u2028'");
}

#[test]
fn values_without_a_literal_are_rejected() {
    assert_eq!(Literal::from("\0").to_text(), Err(LiteralError::Nul));
    assert_eq!(
        Literal::from(vec!["a", "\0"]).to_text(),
        Err(LiteralError::Nul)
    );
    let no_time = Timestamp::from("').drop();");
    assert_eq!(
        Literal::from(no_time).to_text(),
        Err(LiteralError::InvalidTimestamp)
    );

    let nested = |depth| (0..depth).fold(Literal::from(1), |inner, _| Literal::List(vec![inner]));
    assert!(nested(64).to_text().is_ok());
    assert_eq!(nested(65).to_text(), Err(LiteralError::TooDeep));
}
