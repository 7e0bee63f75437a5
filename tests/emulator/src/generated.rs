//! Bodies that are generated while they are sent.

use std::fmt;
use std::sync::Arc;
#[cfg(feature = "server")]
use std::sync::OnceLock;
#[cfg(all(feature = "engine", feature = "server"))]
use std::sync::{Mutex, mpsc::Receiver};

use bytes::Bytes;
#[cfg(feature = "server")]
use http::HeaderMap;

type Make = dyn Fn() -> Box<dyn Iterator<Item = Bytes> + Send> + Send + Sync;

/// A body, or the rest of one, that is generated piece by piece, on demand.
///
/// ```
/// use bytes::Bytes;
/// use http::StatusCode;
/// use neptunedata_emulator::{Generated, Response};
///
/// let endless = Generated::new(|| std::iter::repeat(Bytes::from_static(b"more ")));
/// let response = Response::new(StatusCode::OK, "some and ").generated(endless);
/// let start: Vec<Bytes> = response.pieces().take(3).collect();
/// assert_eq!(start.concat(), b"some and more more ");
/// ```
#[derive(Clone)]
pub struct Generated {
    make: Arc<Make>,
    /// If a running query generates the pieces: its trailers, once it has failed.
    #[cfg(feature = "server")]
    pub(crate) late_trailers: Option<Arc<OnceLock<HeaderMap>>>,
}

impl Generated {
    /// Takes the pieces from an iterator. Each call of [`pieces`](Self::pieces) calls the function, which
    /// must give the same pieces every time.
    #[must_use]
    pub fn new<I>(make: impl Fn() -> I + Send + Sync + 'static) -> Self
    where
        I: IntoIterator<Item = Bytes>,
        I::IntoIter: Send + 'static,
    {
        Self {
            make: Arc::new(move || Box::new(make().into_iter())),
            #[cfg(feature = "server")]
            late_trailers: None,
        }
    }

    /// The pieces that a running query sends. Each is taken once, and taking one waits for it.
    #[cfg(all(feature = "engine", feature = "server"))]
    pub(crate) fn by_query(
        pieces: Receiver<Bytes>,
        late_trailers: Arc<OnceLock<HeaderMap>>,
    ) -> Self {
        let pieces = Arc::new(Mutex::new(pieces));
        let take = move || {
            let pieces = Arc::clone(&pieces);
            let next = move || pieces.lock().ok()?.recv().ok();
            std::iter::from_fn(next)
        };
        Self {
            late_trailers: Some(late_trailers),
            ..Self::new(take)
        }
    }

    /// The pieces, from the first.
    #[must_use]
    pub fn pieces(&self) -> Box<dyn Iterator<Item = Bytes> + Send> {
        (self.make)()
    }
}

/// Shows that there is a body, without generating it.
impl fmt::Debug for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generated").finish_non_exhaustive()
    }
}
