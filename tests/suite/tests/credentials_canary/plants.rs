//! Intentional leaks: the search must find each.

use std::{error::Error, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    SECRET, TOKEN,
    search::hex,
    spies::{show, show_error},
};

/// A careless way to print something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plant {
    Stdout,
    Stderr,
    Log,
    Event,
    Span,
    Recorded,
    Derived,
    Bytes,
    Hexadecimal,
    Base64,
    Dump,
    Source,
    Header,
    Signature,
    Key,
    KeyBytes,
    KeyText,
}

/// Each, and as what it is found.
pub(crate) const PLANTS: [(Plant, &str); 17] = [
    (Plant::Stdout, "a secret"),
    (Plant::Stderr, "a secret"),
    (Plant::Log, "a secret"),
    (Plant::Event, "a secret"),
    (Plant::Span, "a secret"),
    (Plant::Recorded, "a secret"),
    (Plant::Derived, "a secret"),
    (Plant::Bytes, "a secret as numbers"),
    (Plant::Hexadecimal, "a secret in hexadecimal"),
    (Plant::Base64, "a secret in base64"),
    (Plant::Dump, "a secret"),
    (Plant::Source, "a secret"),
    (Plant::Header, "the header of a signature"),
    (Plant::Signature, "a signature"),
    (Plant::Key, "a signing key"),
    (Plant::KeyBytes, "a signing key as numbers"),
    (Plant::KeyText, "a signing key"),
];

#[derive(Debug)]
#[expect(dead_code, reason = "to be printed")]
struct Careless {
    id: &'static str,
    secret: &'static str,
}

#[derive(Debug)]
struct Outer(Inner);

#[derive(Debug)]
struct Inner;

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it failed")
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token {TOKEN} is not known")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl Error for Inner {}

impl Plant {
    pub(crate) fn from_name(name: &str) -> Plant {
        let named = |plant: &Plant| format!("{plant:?}") == name;
        let mut plants = PLANTS.map(|(plant, _)| plant).into_iter();
        plants.find(named).unwrap()
    }

    /// What anybody could do who has the credentials.
    pub(crate) fn leak_secrets(self) {
        match self {
            Plant::Stdout => println!("signed with {SECRET}"),
            Plant::Stderr => eprintln!("signed with {SECRET}"),
            Plant::Log => log::trace!("x-amz-security-token: {TOKEN}"),
            Plant::Event => tracing::trace!(token = TOKEN, "signed"),
            Plant::Span => drop(tracing::trace_span!("sign", secret = SECRET)),
            Plant::Recorded => {
                let span = tracing::trace_span!("sign", token = tracing::field::Empty);
                span.record("token", TOKEN);
            }
            Plant::Derived => show(&Careless {
                id: "AKIDEXAMPLE",
                secret: SECRET,
            }),
            Plant::Bytes => show(&format!("a header: {TOKEN}").into_bytes()),
            Plant::Hexadecimal => println!("<{}>", hex(format!("\n{TOKEN}").as_bytes())),
            Plant::Base64 => println!("{}", STANDARD.encode(format!("AKIDEXAMPLE:{SECRET}"))),
            Plant::Dump => {
                let pairs: Vec<_> = TOKEN.bytes().map(|byte| format!("{byte:02x}")).collect();
                let lines: Vec<_> = pairs.chunks(16).map(|line| line.join(" ")).collect();
                log::trace!("sending\n{}", lines.join("\n"));
            }
            Plant::Source => show_error(&Outer(Inner)),
            _ => {}
        }
    }

    /// What anybody could do who has what is sent, or the key it is signed with.
    pub(crate) fn leak_what_is_sent(self, header: &str, signature: &str, key: &[u8; 32]) {
        match self {
            Plant::Header => println!("authorization: {}", &header[..40]),
            Plant::Signature => tracing::trace!("signature {signature} of the request"),
            Plant::Key => log::trace!("key {}", hex(key)),
            Plant::KeyBytes => show(key),
            Plant::KeyText => show(&bytes::Bytes::copy_from_slice(key)),
            _ => {}
        }
    }
}
