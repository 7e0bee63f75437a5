//! A service of AWS on loopback: it answers by method and path, and remembers what it was asked.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use neptunedata_tests::raw_server::{RawServer, read_request};

/// What was asked: the method and the path, the headers in lower case, the body.
pub(crate) struct Asked {
    pub(crate) line: String,
    headers: String,
    pub(crate) body: String,
}

impl Asked {
    fn new(request: &str) -> Asked {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let (line, headers) = head.split_once("\r\n").unwrap();
        Asked {
            line: line.trim_end_matches(" HTTP/1.1").to_owned(),
            headers: headers.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn has(&self, header: &str) -> bool {
        self.headers.lines().any(|one| one.starts_with(header))
    }
}

pub(crate) struct Fake {
    server: RawServer,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    /// Answers with what the function returns: a status and a body.
    pub(crate) fn start(answer: impl Fn(&Asked) -> (u16, String) + Send + Sync + 'static) -> Fake {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&lines);
        let server = RawServer::start(move |mut stream, _| {
            while let Some(request) = read_request(&mut stream) {
                let asked = Asked::new(&request);
                log.lock().unwrap().push(asked.line.clone());
                let (status, body) = answer(&asked);
                let ttl = "x-aws-ec2-metadata-token-ttl-seconds: 21600";
                let length = body.len();
                let head = format!("HTTP/1.1 {status} X\r\n{ttl}\r\ncontent-length: {length}");
                let _ = write!(stream, "{head}\r\n\r\n{body}");
            }
        });
        Fake { server, lines }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}
