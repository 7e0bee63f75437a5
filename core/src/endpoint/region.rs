/// Whether a text has the form of a region name: a host label of 1 to 63 letters, digits and inner hyphens
/// that is not all digits.
///
/// It does not check whether AWS has a region with this name.
///
/// ```
/// assert!(neptunedata::endpoint::is_valid_region("eu-west-1"));
/// assert!(!neptunedata::endpoint::is_valid_region("eu-west-1.amazonaws.com"));
/// ```
pub fn is_valid_region(region: &str) -> bool {
    let bytes = region.as_bytes();
    matches!(bytes.len(), 1..=63)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && !bytes.iter().all(u8::is_ascii_digit)
        && !bytes.starts_with(b"-")
        && !bytes.ends_with(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_host_labels_are_valid() {
        let longest = "a".repeat(63);
        for region in ["us-east-1", "x", "1a", "US-GOV-WEST-1", "a--b", &longest] {
            assert!(is_valid_region(region), "{region}");
        }
        let too_long = "a".repeat(64);
        for region in [
            "", "-", "-a", "a-", "123", "a.b", "a/b", "a b", "a_b", "a\n", "\u{e9}", &too_long,
        ] {
            assert!(!is_valid_region(region), "{region:?}");
        }
    }
}
