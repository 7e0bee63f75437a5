//! A proxy that opens tunnels and forwards requests.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::mpsc::{self, Receiver, Sender},
    time::Duration,
};

use neptunedata::transport::Proxy;
use neptunedata_tests::raw_server::{RawServer, read_request};

use crate::authority::{Authority, BOTH};

/// The host name of proxies with TLS.
pub(crate) const PROXY_NAME: &str = "localhost";

/// A proxy that connects to one server, whatever it is asked for, and the requests that it receives.
pub(crate) fn proxy_to(address: SocketAddr) -> (RawServer, Receiver<String>) {
    let (seen, requests) = mpsc::channel();
    let proxy = RawServer::start(move |mut client, _| {
        let socket = client.try_clone().unwrap();
        serve(&mut client, &socket, address, &seen);
    });
    (proxy, requests)
}

/// The same with TLS.
pub(crate) fn tls_proxy_to(
    address: SocketAddr,
    authority: &Authority,
) -> (RawServer, Receiver<String>) {
    let (seen, requests) = mpsc::channel();
    let proxy = authority.server(PROXY_NAME, BOTH, move |mut client| {
        let socket = client.sock.try_clone().unwrap();
        serve(&mut client, &socket, address, &seen);
    });
    (proxy, requests)
}

pub(crate) fn proxy_at(address: SocketAddr) -> Proxy {
    Proxy::parse(&format!("http://user:secret@{address}")).unwrap()
}

pub(crate) fn tls_proxy_at(address: SocketAddr) -> Proxy {
    let url = format!("https://user:secret@{PROXY_NAME}:{}", address.port());
    Proxy::parse(&url).unwrap()
}

fn serve(
    client: &mut (impl Read + Write),
    socket: &TcpStream,
    address: SocketAddr,
    seen: &Sender<String>,
) {
    while let Some(request) = read_request(client) {
        let mut server = TcpStream::connect(address).unwrap();
        seen.send(request.clone()).unwrap();
        if request.starts_with("CONNECT ") {
            let established = "HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n";
            client.write_all(established.as_bytes()).unwrap();
            let _ = pass_on(client, socket, &mut server);
            return;
        }
        server.write_all(forwarded(&request).as_bytes()).unwrap();
        let Some(response) = read_request(&mut server) else {
            return;
        };
        client.write_all(response.as_bytes()).unwrap();
    }
}

/// The request for the server: RFC 9112, 3.2.2.
fn forwarded(request: &str) -> String {
    let (method, rest) = request.split_once(" http://").unwrap();
    let (target, rest) = rest.split_once(" HTTP/1.1\r\n").unwrap();
    let (host, path) = target.split_once('/').unwrap();
    let (head, body) = rest.split_once("\r\n\r\n").unwrap();
    let mut text = format!("{method} /{path} HTTP/1.1\r\nhost: {host}\r\nvia: 1.1 test\r\n");
    for line in head.lines() {
        let name = line.split(':').next().unwrap();
        if !["host", "proxy-authorization"].contains(&name) {
            text += &format!("{line}\r\n");
        }
    }
    format!("{text}\r\n{body}")
}

/// Passes on bytes in both directions until one end closes.
fn pass_on(
    client: &mut (impl Read + Write),
    socket: &TcpStream,
    server: &mut TcpStream,
) -> io::Result<()> {
    let pause = Some(Duration::from_millis(5));
    socket.set_read_timeout(pause)?;
    server.set_read_timeout(pause)?;
    while copy_some(client, server)? && copy_some(server, client)? {}
    Ok(())
}

/// Returns false at the end of the input.
fn copy_some(from: &mut impl Read, to: &mut impl Write) -> io::Result<bool> {
    let mut buffer = [0; 16 * 1024];
    match from.read(&mut buffer) {
        Ok(0) => Ok(false),
        Ok(length) => {
            to.write_all(&buffer[..length])?;
            to.flush()?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
        Err(error) => Err(error),
    }
}
