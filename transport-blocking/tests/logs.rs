//! What a caller finds in the logs of this client and of what it is made of, at the highest level. In a
//! process of its own, which has one logger.

#![allow(missing_docs)]

use std::sync::{Mutex, PoisonError};

use neptunedata_blocking::{Client, Credentials, Endpoint, opencypher::ExecuteOpenCypherQuery};
use neptunedata_emulator::{Config, Emulator, Identity, Server};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Collector;

impl log::Log for Collector {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = record.args().to_string();
        LINES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    }

    fn flush(&self) {}
}

/// Rows of hexadecimal digits, as ureq dumps bytes, read back and put together.
fn dumped(lines: &[String]) -> String {
    let mut bytes = Vec::new();
    for line in lines {
        let digits: Vec<u8> = line.bytes().filter(u8::is_ascii_hexdigit).collect();
        for pair in digits.chunks(2) {
            let pair = std::str::from_utf8(pair).unwrap();
            bytes.extend(u8::from_str_radix(pair, 16).ok());
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn no_secret_and_no_query_is_logged_at_any_level() {
    log::set_logger(&Collector).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let secret = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";
    let identity = Identity::new("AKIDEXAMPLE", secret).session_token("c4n4ry-token");
    let config = Config::default().identity(identity).region("us-east-1");
    let server = Server::start(Emulator::new(config)).unwrap();
    let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
    let endpoint = endpoint.with_region("us-east-1").unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", secret).with_session_token("c4n4ry-token");
    let client = Client::new(endpoint, credentials).unwrap();
    let query = ExecuteOpenCypherQuery::new("RETURN 'c4n4ry-query' AS healthy");
    client.send(&query).unwrap();

    let lines = LINES.lock().unwrap();
    let text = lines.join("\n");
    assert!(!lines.is_empty(), "ureq logs, or this test tests nothing");
    let dumped = dumped(&lines);
    assert!(
        dumped.contains("POST /opencypher"),
        "the dumps can be read back: {text}"
    );
    for canary in [secret, "c4n4ry", "AWS4-HMAC", "Signature", "AKIDEXAMPLE"] {
        assert!(
            !text.contains(canary) && !dumped.contains(canary),
            "{canary}: {text}"
        );
    }
}
