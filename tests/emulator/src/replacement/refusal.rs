//! The errors of IAM.
//!
//! The texts are those of
//! [IAM errors in Neptune](https://docs.aws.amazon.com/neptune/latest/userguide/errors-engine-codes.html).

use std::time::Duration;

use super::apply::Context;
use crate::clock::{Calendar, shifted};
use crate::failure::Failure;
use crate::sigv4;

/// The account in generated names; AWS uses it in its examples.
const ACCOUNT: &str = "123456789012";

/// Why a request is refused, whether or not its signature is valid. All are 403 `AccessDeniedException`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// `The security token included in the request is invalid.`
    InvalidToken,
    /// `The security token included in the request is expired`
    ExpiredToken,
    /// `Missing Authentication Token`
    MissingToken,
    /// `The request signature we calculated does not match the signature you provided. …`
    WrongSignature,
    /// `Signature expired: …`, as if the server's clock were ahead by this duration. The `Date` of the
    /// response is ahead by the same duration.
    SignatureExpired(Duration),
    /// `Signature not yet current: …`, as if the server's clock were late by this duration. The `Date` of the
    /// response is late by the same duration.
    SignatureNotYetCurrent(Duration),
    /// `User: … is not authorized to perform: neptune-db:ACTION on resource: …`
    NotAuthorized,
    /// `You do not have sufficient access to perform this action.`
    InsufficientAccess,
}

impl Refusal {
    /// The difference between the clock of the refusal and the true time, in seconds.
    pub(crate) fn skew(&self) -> i64 {
        let seconds = |by: &Duration| i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        match self {
            Self::SignatureExpired(by) => seconds(by),
            Self::SignatureNotYetCurrent(by) => -seconds(by),
            _ => 0,
        }
    }

    pub(crate) fn failure(&self, context: &Context<'_>) -> Failure {
        let clock = Calendar::of(shifted(context.now.wall, self.skew()));
        // An unsigned request is treated as signed at the true time.
        let signed = || {
            sigv4::signed_at(&context.entry.headers)
                .unwrap_or_else(|| Calendar::of(context.now.wall))
        };
        Failure::access_denied(match self {
            Self::InvalidToken => sigv4::INVALID_TOKEN.to_owned(),
            Self::ExpiredToken => sigv4::EXPIRED_TOKEN.to_owned(),
            Self::MissingToken => sigv4::NO_TOKEN.to_owned(),
            Self::WrongSignature => sigv4::WRONG_SIGNATURE.to_owned(),
            Self::SignatureExpired(_) => sigv4::expired(signed(), clock),
            Self::SignatureNotYetCurrent(_) => sigv4::not_yet_current(signed(), clock),
            Self::NotAuthorized => format!(
                "User: arn:aws:iam::{ACCOUNT}:user/emulated is not authorized to perform: neptune-db:{} \
                 on resource: arn:aws:neptune-db:{}:{ACCOUNT}:cluster-EMULATED/*",
                context.entry.operation.unwrap_or("connect"),
                context.region
            ),
            Self::InsufficientAccess => {
                "You do not have sufficient access to perform this action.".to_owned()
            }
        })
    }
}
