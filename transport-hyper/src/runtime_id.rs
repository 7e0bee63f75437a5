//! In which runtime something lives.
//!
//! A socket of tokio's is driven by the runtime that it was made in and by no other. Used from another
//! one it waits for that runtime to run, which may be never: a client in a static, say, and tests
//! with a runtime each. So what was made in one runtime is not used in another. Nobody can tell
//! from outside whether a connector that is not ours made such a socket, so this holds for all.

#[cfg(feature = "tokio")]
pub(crate) use in_tokio::RuntimeId;

#[cfg(not(feature = "tokio"))]
pub(crate) use anywhere::RuntimeId;

#[cfg(feature = "tokio")]
mod in_tokio {
    use tokio::runtime::{Handle, Id};

    /// A tokio runtime, or none.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) struct RuntimeId(Option<Id>);

    impl RuntimeId {
        /// The one at hand.
        pub(crate) fn here() -> RuntimeId {
            RuntimeId(Handle::try_current().ok().map(|handle| handle.id()))
        }
    }
}

#[cfg(not(feature = "tokio"))]
mod anywhere {
    /// Any runtime: of those without tokio nothing is known.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) struct RuntimeId;

    impl RuntimeId {
        /// The one at hand.
        pub(crate) fn here() -> RuntimeId {
            RuntimeId
        }
    }
}
