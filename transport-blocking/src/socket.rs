//! A connection's socket, with TLS or without: reads and writes that keep the limits of time, and a
//! look at whether it is still usable.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use rustls::{ClientConfig, ClientConnection, pki_types::ServerName};

use crate::deadlines::{Limits, elapsed};

pub(crate) struct Socket {
    /// Whom it leads to, if that is known.
    peer: Option<SocketAddr>,
    tcp: Tcp,
    tls: Option<Box<ClientConnection>>,
}

/// How far bytes came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteOutcome {
    /// The operating system has them all.
    Out,
    /// They did not go on, and there is something to read, or the end.
    Interrupted,
}

/// After so long without being able to write it is looked whether there is something to read.
const STALL: Duration = Duration::from_millis(100);

struct Tcp {
    stream: TcpStream,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

impl Socket {
    pub(crate) fn plain(stream: TcpStream) -> Self {
        Socket {
            peer: stream.peer_addr().ok(),
            tcp: Tcp {
                stream,
                read_timeout: None,
                write_timeout: None,
            },
            tls: None,
        }
    }

    /// Does the TLS handshake.
    ///
    /// # Errors
    ///
    /// With a [`rustls::Error`] inside when it failed for good.
    pub(crate) fn secure(
        mut self,
        config: &Arc<ClientConfig>,
        name: &ServerName<'static>,
        limits: &Limits,
    ) -> io::Result<Self> {
        let mut tls =
            ClientConnection::new(Arc::clone(config), name.clone()).map_err(io::Error::other)?;
        let mut tcp = self.tcp.within(limits);
        while tls.is_handshaking() {
            tls.complete_io(&mut tcp)?;
        }
        // What is left of the handshake goes out before anything is counted as a request.
        while tls.wants_write() {
            tls.write_tls(&mut tcp)?;
        }
        self.tls = Some(Box::new(tls));
        Ok(self)
    }

    /// The address of the server, unless there is a proxy between.
    pub(crate) fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// It leads on to somebody else.
    #[cfg(feature = "proxy")]
    pub(crate) fn led_on(mut self) -> Self {
        self.peer = None;
        self
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.tls.is_some()
    }

    /// Hands the bytes to the operating system, and leaves in `bytes` what it did not take.
    ///
    /// # Errors
    ///
    /// When not all of them could be handed over: the peer cannot have received them all. With TLS
    /// that holds too, since a record that is not complete cannot be read.
    pub(crate) fn send(&mut self, bytes: &mut &[u8], limits: &Limits) -> io::Result<WriteOutcome> {
        loop {
            match self.push(bytes, limits) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if !self.is_quiet() {
                        return Ok(WriteOutcome::Interrupted);
                    }
                }
                result => return result.map(|()| WriteOutcome::Out),
            }
        }
    }

    fn push(&mut self, bytes: &mut &[u8], limits: &Limits) -> io::Result<()> {
        let mut tcp = self.tcp.within(limits);
        tcp.stall = Some(STALL);
        let Some(tls) = &mut self.tls else {
            while !bytes.is_empty() {
                let written = tcp.write(bytes)?;
                if written == 0 {
                    return Err(io::ErrorKind::WriteZero.into());
                }
                *bytes = bytes.get(written..).unwrap_or_default();
            }
            return Ok(());
        };
        loop {
            while tls.wants_write() {
                tls.write_tls(&mut tcp)?;
            }
            if bytes.is_empty() {
                return Ok(());
            }
            let taken = tls.writer().write(bytes)?;
            *bytes = bytes.get(taken..).unwrap_or_default();
            if taken == 0 && !tls.wants_write() {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
    }

    /// Reads some bytes, 0 at the end.
    ///
    /// # Errors
    ///
    /// Also when a TLS connection ends without saying so, with `UnexpectedEof`: anybody on the way may have ended
    /// it, in the middle of an answer that has no length and no chunks.
    pub(crate) fn receive(&mut self, buffer: &mut [u8], limits: &Limits) -> io::Result<usize> {
        let mut tcp = self.tcp.within(limits);
        let Some(tls) = &mut self.tls else {
            return tcp.read(buffer);
        };
        loop {
            match tls.reader().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return result,
            }
            // Answers to key updates, and what is left of a request that was answered early. The peer may have
            // stopped reading, so this does not wait.
            if tls.wants_write() && tcp.tcp.stream.set_nonblocking(true).is_ok() {
                while tls.wants_write() {
                    if tls.write_tls(&mut tcp.tcp.stream).is_err() {
                        break;
                    }
                }
                tcp.tcp.stream.set_nonblocking(false)?;
            }
            tls.read_tls(&mut tcp)?;
            tls.process_new_packets().map_err(io::Error::other)?;
        }
    }

    /// Whether the peer has neither closed the connection nor sent what nobody asked for. Does not
    /// wait.
    pub(crate) fn is_quiet(&mut self) -> bool {
        if self.tcp.stream.set_nonblocking(true).is_err() {
            return false;
        }
        let quiet = match &mut self.tls {
            None => would_block(self.tcp.stream.peek(&mut [0])),
            Some(tls) => tls_is_quiet(tls, &mut self.tcp.stream),
        };
        self.tcp.stream.set_nonblocking(false).is_ok() && quiet
    }
}

fn would_block<T>(result: io::Result<T>) -> bool {
    matches!(result, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

/// Session tickets and key updates may have come; an end, data or nonsense may not.
fn tls_is_quiet(tls: &mut ClientConnection, stream: &mut TcpStream) -> bool {
    loop {
        match tls.process_new_packets() {
            Ok(state) if state.plaintext_bytes_to_read() > 0 || state.peer_has_closed() => {
                return false;
            }
            Ok(_) => {}
            Err(_) => return false,
        }
        match tls.read_tls(stream) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
        }
    }
}

impl Tcp {
    fn within<'a>(&'a mut self, limits: &'a Limits) -> Timed<'a> {
        Timed {
            tcp: self,
            limits,
            stall: None,
        }
    }
}

/// A TCP stream whose reads and writes end with the limits.
struct Timed<'a> {
    tcp: &'a mut Tcp,
    limits: &'a Limits,
    /// A write that stands still for so long ends with `WouldBlock`.
    stall: Option<Duration>,
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.limits.left().map_err(elapsed)?;
            if left != self.tcp.read_timeout {
                settled(self.tcp.stream.set_read_timeout(left))?;
                self.tcp.read_timeout = left;
            }
            match self.tcp.stream.read(buffer) {
                Err(error) if is_passing(&error, left) => {}
                result => return result,
            }
        }
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            let left = self.limits.left().map_err(elapsed)?;
            let time = [left, self.stall].into_iter().flatten().min();
            if time != self.tcp.write_timeout {
                settled(self.tcp.stream.set_write_timeout(time))?;
                self.tcp.write_timeout = time;
            }
            match self.tcp.stream.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_passing(&error, time) => {
                    if self.stall.is_some() {
                        return Err(io::ErrorKind::WouldBlock.into());
                    }
                }
                result => return result,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether the limits decide if there is another try. Windows reports the end of a timeout as
/// `TimedOut`; elsewhere that is a peer that no longer acknowledges anything.
fn is_passing(error: &io::Error, timeout: Option<Duration>) -> bool {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => true,
        io::ErrorKind::TimedOut => cfg!(windows) && timeout.is_some(),
        _ => false,
    }
}

/// macOS does not let timeouts be set after the peer has closed; the read or write tells more.
fn settled(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}
