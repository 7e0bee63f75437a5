//! What RFC 9110 and RFC 9112 say to the recipient of a response: what it must accept, both clients accept. The
//! differences are in the documentation of the blocking client, "Limits of ureq".

use std::io::Write;

use neptunedata::transport::TransportErrorKind;
use neptunedata_tests::{
    client::{Driver, quick},
    raw_server::{RawServer, read_request},
};

use crate::support::*;

const BODY: &str = HEALTHY;
const SIZE: usize = BODY.len();

/// How both clients read this answer, which the server sends in parts of this size.
fn outcomes(answer: &str, closes: bool, part: usize) -> [Result<(), String>; 2] {
    let bytes = answer.to_owned().into_bytes();
    let server = RawServer::start(move |mut stream, _| {
        while read_request(&mut stream).is_some() {
            let mut parts = bytes.chunks(part);
            if parts.any(|part| stream.write_all(part).is_err()) || closes {
                return;
            }
        }
    });
    Driver::ALL.map(|driver| {
        let client = driver.client(&server.url(), quick().timeout(LONG));
        let result = soon(|| client.call(&status(), once()));
        result.map(|_| ()).map_err(|error| {
            let protocol = transport(TransportErrorKind::Protocol);
            assert_eq!(
                facts(&error),
                (protocol, 1, true),
                "{driver}: {answer}: {error}"
            );
            assert!(!error.to_string().contains("https://"), "{error}");
            causes(&error).concat()
        })
    })
}

/// A response with this in place of the line end after the status line, and with the length of its body.
fn head(lines: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{lines}content-length: {SIZE}\r\n\r\n{BODY}")
}

/// A chunked response with these lines in its head, and this before its only chunk.
fn chunked(coding: &str, size: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{coding}\r\n\r\n{size}\r\n{BODY}\r\n0\r\n\r\n")
}

/// A chunked response with this in place of the size of its last chunk.
fn last_chunk(size: &str) -> String {
    chunked(CHUNKED, "14").replace("\r\n0\r\n", &format!("\r\n{size}\r\n"))
}

/// A response after these heads.
fn after(heads: &str) -> String {
    format!("{heads}{}", head(""))
}

const CHUNKED: &str = "Transfer-Encoding: chunked";

#[test]
fn what_a_recipient_accepts() {
    let end = |status: &str| format!("{status}\r\ncontent-length: {SIZE}\r\n\r\n{BODY}");
    let length = |value: &str| format!("HTTP/1.1 200 OK\r\ncontent-length:{value}\r\n\r\n{BODY}");
    let hex = |size: usize| format!("{size:X}");
    for answer in [
        // RFC 9112, 2.2: line ends.
        head("").replace("\r\n", "\n"),
        head("x: y\n"),
        after("\r\n"),
        after("\r\n\n"),
        // 4: the status line.
        end("HTTP/1.1 200 "),
        end("HTTP/1.1 200"),
        end("HTTP/1.1 200 a\tb"),
        end("HTTP/1.1 200 caf\u{e9}"),
        end("HTTP/1.1 299 Unknown"),
        // 5: fields.
        head("x:\r\n"),
        head("x: \t y \t\r\n"),
        head("x: caf\u{e9}\r\n"),
        head("!#$%&'*+-.^_`|~09a: y\r\n"),
        length(&SIZE.to_string()),
        length(&format!("\t{SIZE} ")),
        head("").replace("content-length", "CONTENT-LENGTH"),
        // 5.2: lines that are continued.
        head("x: a\r\n b\r\n\tc\r\n"),
        head("x:\r\n  \r\n y\r\n"),
        head("x: a\r\n b\r\n").replace("\r\n", "\n"),
        length(&format!("\r\n {SIZE}")),
        chunked("transfer-encoding:\r\n chunked", "14"),
        // 6.2, 6.3: lengths.
        length(&format!("000{SIZE}")),
        length(&format!("{SIZE}, {SIZE}")),
        head(&format!("content-length: {SIZE}\r\n")),
        chunked("content-length: 5\r\ntransfer-encoding: chunked", "14"),
        chunked("transfer-encoding: chunked\r\ncontent-length: 5", "14"),
        // 7: chunks.
        chunked("TRANSFER-ENCODING: CHUNKED", "14"),
        chunked("transfer-encoding: , chunked", "14"),
        chunked("transfer-encoding:\r\ntransfer-encoding: chunked", "14"),
        chunked(CHUNKED, &hex(SIZE)),
        chunked(CHUNKED, "00000000000000000014"),
        chunked(CHUNKED, "14;a=b;c"),
        chunked(CHUNKED, "14 \t; a = \"b;c\""),
        last_chunk("0 "),
        last_chunk("0\t;x"),
        last_chunk("000\r\nx: y"),
        // RFC 9110, 15.2: informational responses.
        after("HTTP/1.1 100 Continue\r\n\r\n"),
        after("HTTP/1.1 100\r\n\r\n"),
        after("HTTP/1.1 100 Continue\n\n"),
        after("HTTP/1.1 100 Continue\r\nx: y\r\n\r\n"),
        after("HTTP/1.1 103 Early Hints\r\nlink: a\r\n b\r\n\r\n"),
        after("HTTP/1.1 199 Unknown\r\nx: y\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"),
        after(&"HTTP/1.1 100 Continue\r\nx: y\r\n\r\n".repeat(2000)),
        // RFC 9112, 9.3: the older version.
        end("HTTP/1.0 200 OK"),
        end("HTTP/1.0 200 OK\r\nconnection: keep-alive"),
    ] {
        assert_eq!(
            outcomes(&answer, false, usize::MAX),
            [Ok(()), Ok(())],
            "{answer}"
        );
        if answer.len() < 1000 {
            assert_eq!(
                outcomes(&answer, false, 1),
                [Ok(()), Ok(())],
                "in parts: {answer}"
            );
        }
    }
    // 6.3: bodies that end with the connection.
    for answer in [
        format!("HTTP/1.1 200 OK\r\n\r\n{BODY}"),
        format!("HTTP/1.0 200 OK\r\n\r\n{BODY}"),
        head("Connection: Close\r\n"),
        last_chunk("0\r\nx: y"),
    ] {
        assert_eq!(
            outcomes(&answer, true, usize::MAX),
            [Ok(()), Ok(())],
            "{answer}"
        );
    }
}

#[test]
fn what_a_recipient_may_reject() {
    for answer in [
        // Versions that the libraries do not know.
        head("").replace("1.1", "1.2"),
        head("").replace("1.1", "2.0"),
        head("").replace("HTTP", "http"),
        head("").replace("1.1 200", "1.1  200"),
        head(" x: y\r\n"),
        head("x : y\r\n"),
        head(": y\r\n"),
        head("x: a\rb\r\n"),
        head("x: a\0b\r\n"),
        head("content-length: 5\r\n"),
        head("").replace("length: ", "length: +"),
        // hyper expects the coding at the end of the list.
        chunked("transfer-encoding: chunked,", "14"),
        chunked("transfer-encoding: chunked\r\ntransfer-encoding:", "14"),
        head("transfer-encoding:\r\n"),
        chunked(CHUNKED, "14").replace("1.1", "1.0"),
    ] {
        let [hyper, blocking] = outcomes(&answer, true, usize::MAX);
        assert!(hyper.is_err() && blocking.is_err(), "{answer}");
    }
}

#[test]
fn what_ureq_rejects() {
    for answer in [
        // Lines of more than 20 bytes.
        chunked(CHUNKED, "14;chunk-signature=ab01cd23ef45"),
        chunked(CHUNKED, "000000000000000000014"),
        chunked(CHUNKED, &format!("14;{}", "x".repeat(16_383))),
        last_chunk("0;chunk-signature=ab01cd23ef45"),
        chunked("content-length: x\r\ntransfer-encoding: chunked", "14"),
    ] {
        let [hyper, blocking] = outcomes(&answer, false, usize::MAX);
        assert!(hyper.is_ok() && blocking.is_err(), "{answer}");
    }
}

#[test]
fn continued_lines_are_one_value() {
    let server = RawServer::answering(head("x-a: a\r\n\t b\r\n"));
    for driver in Driver::ALL {
        let answered = driver
            .client(&server.url(), quick())
            .call(&status(), once());
        let value = answered.unwrap().meta.headers["x-a"].clone();
        let words: Vec<_> = value.to_str().unwrap().split_whitespace().collect();
        assert_eq!(words, ["a", "b"], "{driver}");
    }
}
