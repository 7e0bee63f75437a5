//! A TCP server that does with each connection what a test says.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use neptunedata::Endpoint;

/// A server on a free port of this machine.
pub struct RawServer {
    /// Where it listens.
    pub address: SocketAddr,
    accepted: Arc<AtomicUsize>,
}

#[allow(clippy::missing_panics_doc)]
impl RawServer {
    /// Gives each connection and its number, from 1, to the function, in a thread of its own.
    pub fn start(serve: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> RawServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let (serve, count) = (Arc::new(serve), Arc::clone(&accepted));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                let (stream, serve) = (stream.unwrap(), Arc::clone(&serve));
                stream.set_nodelay(true).unwrap();
                thread::spawn(move || serve(stream, number));
            }
        });
        RawServer { address, accepted }
    }

    /// Answers each request with these bytes.
    pub fn answering(answer: impl Into<Vec<u8>>) -> RawServer {
        let answer = answer.into();
        RawServer::start(move |mut stream, _| {
            while read_request(&mut stream).is_some() && stream.write_all(&answer).is_ok() {}
        })
    }

    /// Accepts connections and sends nothing.
    pub fn silent() -> RawServer {
        RawServer::start(|mut stream, _| until_closed(&mut stream))
    }

    /// How many connections there were.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// The URL of the server, with plain HTTP.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The endpoint of the server, with plain HTTP and a region.
    pub fn endpoint(&self) -> Endpoint {
        let endpoint = Endpoint::parse(&self.url()).unwrap();
        endpoint.with_region("us-east-1").unwrap()
    }
}

/// An address at which nothing listens.
#[allow(clippy::missing_panics_doc)]
pub fn unused_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// A request: head and body. `None` at the end of the connection.
#[allow(clippy::missing_panics_doc)]
pub fn read_request(stream: &mut impl Read) -> Option<String> {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        text.push(byte[0]);
    }
    let head = String::from_utf8(text).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8(body).unwrap())
}

/// A response that the connection outlives.
pub fn response(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// The same with status 200.
pub fn ok(body: &str) -> String {
    response("200 OK", body)
}

/// A success in chunks, with these lines as trailers.
pub fn chunked(chunks: &[&str], trailers: &str) -> String {
    let mut answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    for chunk in chunks {
        answer += &format!("{:x}\r\n{chunk}\r\n", chunk.len());
    }
    answer + "0\r\n" + trailers + "\r\n"
}

/// Waits until the client closes.
pub fn until_closed(stream: &mut TcpStream) {
    let _ = io::copy(stream, &mut io::sink());
}
