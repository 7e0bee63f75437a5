//! Searches for secrets and values derived from them, in every form in which they could be printed.

use std::collections::HashSet;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{CANARY, START};

/// The beginning of the header that carries a signature, and the name of the signature in it.
const HEADER: [&str; 2] = ["AWS4-HMAC-SHA256", "Signature="];

/// Secrets that the run creates. No output may contain them.
#[derive(Default)]
pub(crate) struct Made {
    /// In hexadecimal digits, 64 of them.
    pub(crate) signatures: HashSet<String>,
    /// Each the key for the signatures of a day.
    pub(crate) keys: HashSet<[u8; 32]>,
}

/// What was found, with the line that it is in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) what: &'static str,
    pub(crate) line: String,
}

/// The key that signs the requests of a day.
pub(crate) fn signing_key(secret: &str, date: &str, region: &str, service: &str) -> [u8; 32] {
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [date, region, service, "aws4_request"] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(part.as_bytes());
        key = mac.finalize().into_bytes().to_vec();
    }
    key.try_into().unwrap()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As `Vec<u8>` is printed, without the brackets and spaces.
pub(crate) fn decimals(bytes: &[u8]) -> String {
    let numbers: Vec<_> = bytes.iter().map(u8::to_string).collect();
    numbers.join(",")
}

/// The characters of base64 that are the same whatever comes before and after, for each of the three places where
/// the bytes can begin.
fn base64s(bytes: &[u8]) -> Vec<String> {
    let at = |before: usize| {
        let mut all = vec![0; before];
        all.extend(bytes);
        let whole = all.len() / 3 * 4;
        let text = BASE64.encode(all);
        text[before.div_ceil(3) * 4..whole].to_owned()
    };
    (0..3).map(at).collect()
}

/// Rows of hexadecimal digits, as ureq dumps bytes, put together.
fn dumped(text: &str) -> String {
    let is_dump = |line: &&str| {
        line.len() > 1
            && line
                .chars()
                .all(|c| c.is_ascii_hexdigit() || " :".contains(c))
    };
    let digits: Vec<_> = text
        .lines()
        .filter(is_dump)
        .flat_map(|line| line.bytes().filter(u8::is_ascii_hexdigit))
        .collect();
    let pairs = digits
        .chunks(2)
        .filter_map(|pair| std::str::from_utf8(pair).ok());
    let bytes: Vec<_> = pairs
        .filter_map(|pair| u8::from_str_radix(pair, 16).ok())
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Everything hidden that is in the text.
pub(crate) fn search(text: &str, made: &Made) -> Vec<Found> {
    let mut needles = Vec::new();
    let mut add =
        |what, forms: Vec<String>| needles.extend(forms.into_iter().map(|form| (what, form)));
    let canary = CANARY.as_bytes();
    add("a secret", vec![CANARY.to_owned()]);
    add(
        "a secret in hexadecimal",
        vec![hex(canary), hex(canary).to_uppercase()],
    );
    add("a secret in base64", base64s(START.as_bytes()));
    add(
        "the header of a signature",
        HEADER.map(str::to_owned).to_vec(),
    );
    for key in &made.keys {
        let escaped = key.escape_ascii().to_string();
        add(
            "a signing key",
            vec![hex(key), hex(key).to_uppercase(), escaped],
        );
        add("a signing key in base64", vec![BASE64.encode(key)]);
    }
    let mut numbers = vec![("a secret as numbers", decimals(canary))];
    numbers.extend(
        made.keys
            .iter()
            .map(|key| ("a signing key as numbers", decimals(key))),
    );

    let all = format!("{text}\n{}", dumped(text));
    let mut found = Vec::new();
    for (what, needle) in needles {
        if let Some(line) = all.lines().find(|line| line.contains(&needle)) {
            found.push(Found {
                what,
                line: line.to_owned(),
            });
        }
    }
    // Lists of numbers go over many lines.
    let joined: String = all.split_whitespace().collect();
    for (what, needle) in numbers {
        if let Some(at) = joined.find(&needle) {
            let start = joined[..at]
                .char_indices()
                .rev()
                .nth(200)
                .map_or(0, |(start, _)| start);
            found.push(Found {
                what,
                line: joined[start..at].to_owned(),
            });
        }
    }
    let is_signature = |digits: &[u8]| {
        let digits = digits.to_ascii_lowercase();
        std::str::from_utf8(&digits).is_ok_and(|digits| made.signatures.contains(digits))
    };
    for line in all.lines() {
        let runs = line.as_bytes().split(|byte| !byte.is_ascii_hexdigit());
        if runs.flat_map(|run| run.windows(64)).any(is_signature) {
            found.push(Found {
                what: "a signature",
                line: line.to_owned(),
            });
        }
    }
    found
}

#[test]
fn the_key_is_the_one_of_the_documentation() {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let key = signing_key(secret, "20150830", "us-east-1", "iam");
    assert_eq!(
        hex(&key),
        "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
    );
}

#[test]
fn secrets_are_found_at_every_offset_in_base64() {
    for before in ["", "a", "ab", "abc", "abcd"] {
        for after in ["", "x", "xy", "xyz"] {
            let text = BASE64.encode(format!("{before}{START}{after}"));
            let known = |form: &String| form.len() >= 8 && text.contains(form.as_str());
            assert!(
                base64s(START.as_bytes()).iter().any(known),
                "{before} {after}"
            );
        }
    }
}
