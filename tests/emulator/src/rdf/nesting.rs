//! Limits the nesting of queries, because the parser is recursive.

use crate::failure::Failure;

/// The maximum nesting of brackets and unary operators.
const MAX_DEPTH: usize = 64;

/// Refuses texts that are nested too deeply. Brackets in strings and comments are counted, too.
pub(super) fn check_nesting(text: &str) -> Result<(), Failure> {
    let (mut open, mut signs) = (0_usize, 0_usize);
    for character in text.chars() {
        match character {
            '(' | '[' | '{' => {
                open += 1;
                signs = 0;
            }
            ')' | ']' | '}' => open = open.saturating_sub(1),
            '!' | '-' | '+' | '^' => signs += 1,
            space if space.is_whitespace() => {}
            _ => signs = 0,
        }
        if open.max(signs) > MAX_DEPTH {
            return Err(Failure::new(
                "MalformedQueryException",
                format!("Malformed query: nested more than {MAX_DEPTH} levels deep."),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_deep() {
        let nested = |depth: usize| format!("{}x{}", "(".repeat(depth), ")".repeat(depth));
        assert!(check_nesting(&nested(MAX_DEPTH)).is_ok());
        assert!(check_nesting(&nested(MAX_DEPTH + 1)).is_err());
        assert!(check_nesting(&"(x)".repeat(1000)).is_ok());
        assert!(check_nesting(&"! ".repeat(MAX_DEPTH + 1)).is_err());
    }
}
