//! Made-up requests, answers and transports, for property tests and fuzzing of what is built on this
//! crate. Features `proptest` and `arbitrary`.
//!
//! Every request, every output, what they are made of, and the types of this module can be made up: with
//! feature `proptest` they have [proptest](https://docs.rs/proptest)'s `Arbitrary`, which is what
//! `any::<T>()` asks for, with feature `arbitrary` the trait of the same name of
//! [arbitrary](https://docs.rs/arbitrary), which fuzz targets take. Both make the same kinds of values.
//!
//! - **Requests** are valid: [`request`](crate::request) encodes them. Numbers keep to their bounds and are
//!   often at one of them, path labels are never empty, open enums have values that nobody knows, text
//!   holds what has to be escaped somewhere.
//! - **Outputs** have any members or none.
//! - [`Success`] is an output with the answer that decodes to it, [`Refusal`] an error answer with the
//!   exception that it is, [`Damaged`] an answer that is none of the operation, and [`AnyAnswer`] one of the three.
//! - [`Delivery`] is what becomes of a request and its answer on the way. It turns what a server does into
//!   the [`Input`](crate::Input)s for a machine, so that a program that is driven by hand can be tested
//!   with lost answers without a network.
//!
//! ```
//! # #[cfg(feature = "proptest")] {
//! use neptunedata::{CancelMlModelTrainingJob, strategies::{Refusal, Success}};
//! use proptest::prelude::*;
//!
//! /// The code under test: was this the end of the job?
//! fn is_over(answer: &neptunedata::http::Response<neptunedata::bytes::Bytes>) -> bool {
//!     neptunedata::response::<CancelMlModelTrainingJob>(answer).is_ok()
//! }
//!
//! proptest!(|(success: Success<CancelMlModelTrainingJob>, refusal: Refusal)| {
//!     prop_assert!(is_over(&success.response));
//!     prop_assert!(!is_over(&refusal.response));
//! });
//!
//! // One member is what the test is about, the others are anything.
//! let endpoint = neptunedata::Endpoint::parse("http://localhost:8182")?;
//! proptest!(|(mut request: CancelMlModelTrainingJob)| {
//!     request.id = "job-1".to_owned();
//!     let request = neptunedata::request(&request, &endpoint).unwrap();
//!     prop_assert_eq!(request.uri().path(), "/ml/modeltraining/job-1");
//! });
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The example `property_test` of the repository tests a small program so, against the emulator as a function.
//!
//! In a fuzz target:
//!
//! ```
//! # #[cfg(feature = "arbitrary")] {
//! use neptunedata::{GetLoaderJobStatus, strategies::AnyAnswer};
//!
//! fn target(answer: AnyAnswer<GetLoaderJobStatus>) {
//!     if let Ok(output) = neptunedata::response::<GetLoaderJobStatus>(&answer.response) {
//!         let _ = output.loader_status();
//!     }
//! }
//!
//! let bytes: Vec<u8> = (0..200).collect();
//! target(arbitrary::Unstructured::new(&bytes).arbitrary()?);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// First, for its macros.
#[macro_use]
mod made_up;

#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod answers;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod delivery;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod kinds;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod values;

#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub use answers::{Answer, AnyAnswer, Damage, Damaged, Refusal, Success};
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub use delivery::Delivery;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub(crate) use {
    kinds::{Any, Exactly, Header, Kind, Label, Optional, Within},
    values::MadeUp,
};
