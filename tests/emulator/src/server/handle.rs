//! The routes below `/_emulator/`: those that the owner of the server adds.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri};

use super::Shared;
use crate::{Emulator, Now, Response};

/// The start of the paths of these routes.
const PREFIX: &str = "/_emulator/";

/// The function of [`ServerOptions::control`](super::ServerOptions::control).
pub(super) type Routes = Box<dyn Fn(ServerHandle<'_>, Request<Bytes>) -> Response + Send + Sync>;

/// The server, for the function of [`ServerOptions::control`](super::ServerOptions::control). The methods do what those
/// of [`Server`](super::Server) with the same name do.
#[derive(Clone, Copy)]
pub struct ServerHandle<'a>(pub(super) &'a Shared);

impl ServerHandle<'_> {
    /// Reads or changes the emulator. No request is handled meanwhile.
    pub fn with<T>(&self, access: impl FnOnce(&mut Emulator) -> T) -> T {
        self.0.with(access)
    }

    /// Advances the clock of jobs.
    pub fn advance(&self, by: Duration) {
        self.0.advance(by);
    }

    /// The current time, as a request would see it.
    #[must_use]
    pub fn now(&self) -> Now {
        self.0.now()
    }

    /// Replaces the emulator.
    pub fn reset(&self, emulator: Emulator) {
        self.0.reset(emulator);
    }
}

impl fmt::Debug for ServerHandle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHandle").finish_non_exhaustive()
    }
}

impl Shared {
    /// The function that answers this URI, if it is one of the owner's.
    pub(super) fn owner_routes(&self, uri: &Uri) -> Option<&Routes> {
        let routes = self.routes.as_ref();
        routes.filter(|_| uri.path().starts_with(PREFIX))
    }
}
