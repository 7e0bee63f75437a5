//! Features that only the blocking client has: providers that block, and its use of ureq. The package `neptunedata-tests` tests
//! what both clients share.

#![allow(missing_docs)]

mod agent;
mod allocations;
mod credentials;
mod idle;
mod roots;
mod seam;
mod support;
