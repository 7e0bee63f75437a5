//! The peers of the clients: hyper-util's client and ureq, which send the same bytes as our clients.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use bytes::Bytes;
use http::{HeaderValue, Request, header::HOST};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{
        self,
        connect::{Connect, HttpConnector},
    },
    rt::TokioExecutor,
};

use crate::requests::STATUS;

/// The first request that a client sends to a server: head and body.
pub(crate) fn captured(send: impl FnOnce(&str)) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut sent = Vec::new();
        while !is_complete(&sent) {
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).unwrap();
            assert!(count > 0, "the client closes its connection");
            sent.extend_from_slice(&buffer[..count]);
        }
        let response = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{STATUS}",
            STATUS.len()
        );
        stream.write_all(response.as_bytes()).unwrap();
        sent
    });
    send(&endpoint);
    server.join().unwrap()
}

/// Whether the head and the body have arrived.
fn is_complete(sent: &[u8]) -> bool {
    let Some((head, body)) = split(sent) else {
        return false;
    };
    let length = fields(&head).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.map_or(0, |(_, value)| value.parse().unwrap()) == body.len()
}

fn split(sent: &[u8]) -> Option<(String, &[u8])> {
    let end = sent.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8(sent[..end].to_vec()).unwrap();
    Some((head, &sent[end + 4..]))
}

fn fields(head: &str) -> impl Iterator<Item = (&str, &str)> {
    head.lines()
        .skip(1)
        .map(|line| line.split_once(": ").unwrap())
}

/// A captured request, addressed to another server.
pub(crate) fn replayed(sent: &[u8], endpoint: &str) -> Request<Bytes> {
    let (head, body) = split(sent).unwrap();
    let mut line = head.lines().next().unwrap().split(' ');
    let (method, target) = (line.next().unwrap(), line.next().unwrap());
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{endpoint}{target}"));
    for (name, value) in fields(&head) {
        request = request.header(name, value);
    }
    let mut request = request.body(Bytes::copy_from_slice(body)).unwrap();
    let host = endpoint.trim_start_matches("http://");
    request
        .headers_mut()
        .insert(HOST, HeaderValue::from_str(host).unwrap());
    request
}

/// The lines of a request without its host, sorted, to compare the requests of two clients.
pub(crate) fn lines(sent: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(sent).into_owned();
    let mut lines: Vec<String> = text.lines().map(str::to_lowercase).collect();
    lines.retain(|line| !line.starts_with("host:"));
    lines.sort();
    lines
}

pub(crate) type HyperClient<C> = legacy::Client<C, Full<Bytes>>;

pub(crate) fn hyper() -> HyperClient<HttpConnector> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    hyper_over(connector)
}

pub(crate) fn hyper_over<C: Connect + Clone>(connector: C) -> HyperClient<C> {
    legacy::Client::builder(TokioExecutor::new()).build(connector)
}

/// Sends a request, and returns the body of the response.
pub(crate) async fn send<C>(client: &HyperClient<C>, request: &Request<Bytes>) -> Bytes
where
    C: Connect + Clone + Send + Sync + 'static,
{
    let response = client
        .request(request.clone().map(Full::new))
        .await
        .expect("a raw request");
    let body = response.into_body().collect().await;
    body.expect("a raw response").to_bytes()
}

/// ureq without headers of its own, and with an idle connection for each of 64 concurrent calls.
pub(crate) fn ureq() -> ureq::Agent {
    ureq::Agent::config_builder()
        .user_agent("")
        .accept("")
        .accept_encoding("")
        .max_idle_connections(64)
        .max_idle_connections_per_host(64)
        .build()
        .new_agent()
}

pub(crate) fn send_blocking(agent: &ureq::Agent, request: &Request<Bytes>) -> Vec<u8> {
    let (parts, body) = request.clone().into_parts();
    let response = if body.is_empty() {
        agent.run(Request::from_parts(parts, ()))
    } else {
        agent.run(Request::from_parts(parts, &body[..]))
    };
    let mut body = response.expect("a raw request").into_body();
    let mut bytes = Vec::with_capacity(body.content_length().unwrap_or(0) as usize);
    body.as_reader()
        .read_to_end(&mut bytes)
        .expect("a raw response");
    bytes
}
