//! The private runtime that providers of the AWS SDK are asked in. There is none before the first time.

use std::sync::{Mutex, PoisonError};

use neptunedata::{Credentials, credentials::CredentialsError};
use tokio::runtime::{Builder, Runtime};

use crate::aws::SdkProvider;

pub(crate) struct Asynchronous {
    provider: SdkProvider,
    /// Driven by the thread that asks; there is one at a time.
    runtime: Mutex<Option<Runtime>>,
}

impl Asynchronous {
    pub(crate) fn new(provider: SdkProvider) -> Self {
        Asynchronous {
            provider,
            runtime: Mutex::new(None),
        }
    }

    pub(crate) fn load(&self) -> Result<Credentials, CredentialsError> {
        let mut runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        let runtime = match &mut *runtime {
            Some(runtime) => runtime,
            none => none.insert(Builder::new_current_thread().enable_all().build().map_err(
                |error| {
                    CredentialsError::new(format!(
                        "the runtime of the AWS chain could not be started: {error}"
                    ))
                },
            )?),
        };
        runtime.block_on(self.provider.load())
    }
}

impl Drop for Asynchronous {
    /// A runtime that is merely dropped waits for its threads, which is an error within another one.
    fn drop(&mut self) {
        let runtime = self.runtime.get_mut();
        if let Some(runtime) = runtime.unwrap_or_else(PoisonError::into_inner).take() {
            runtime.shutdown_background();
        }
    }
}
