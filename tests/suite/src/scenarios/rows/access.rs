//! Signatures and clocks.

use neptunedata::ExceptionKind;

use super::service;
use crate::scenarios::{
    Keys, Row,
    row::{failure, figure, success},
};

const DENIED: neptunedata::ErrorKind = service(ExceptionKind::AccessDeniedException);

pub(super) fn rows() -> Vec<Row> {
    [clocks(), credentials()].concat()
}

fn clocks() -> Vec<Row> {
    vec![
        Row::new("j", "403 \"Signature expired\", no Date header", "answer-late; delay=0; date=none")
            .ahead(3600)
            .harmless()
            .peers(figure(1, "ServiceError untyped"), figure(1, "AccessDeniedException, message empty"), 1)
            .each(success(2, 1, 2)),
        Row::new("j2", "403 InvalidSignatureException, Date 1 h ahead", "error; status=403; code=InvalidSignatureException; skew=3600, skewed-date; seconds=3600; iam")
            .harmless()
            .peers(figure(2, "Ok"), figure(1, "error"), 1)
            .each(success(2, 1, 2)),
        Row::new("j3", "403 RequestTimeTooSkewed, Date 1 h ahead", "error; status=403; code=RequestTimeTooSkewed; skew=3600, skewed-date; seconds=3600; iam")
            .harmless()
            .peers(figure(2, "Ok"), figure(1, "error"), 1)
            .each(success(2, 1, 2)),
        Row::new("j4", "403 AccessDeniedException, Date 1 h ahead", "error; code=AccessDeniedException; skew=3600, skewed-date; seconds=3600; iam")
            .harmless()
            .peers(figure(2, "Ok"), figure(1, "error"), 1)
            .each(success(2, 1, 2)),
        Row::new("j5", "403 SignatureDoesNotMatch, Date 1 h ahead", "error; status=403; code=SignatureDoesNotMatch; skew=3600, skewed-date; seconds=3600; iam")
            .harmless()
            .peers(figure(2, "Ok"), figure(1, "error"), 1)
            .each(success(2, 1, 2)),
        Row::new("x36", "its clock is 1 h ahead", "skewed-date; seconds=3600; iam")
            .harmless()
            .each(success(2, 1, 2)),
        Row::new("x37", "its clock is 1 h slow", "skewed-date; seconds=-3600; iam")
            .harmless()
            .each(success(2, 1, 2)),
        Row::new("x38", "its Date is 1 h ahead, signatures are checked by the true time", "skewed-date; seconds=3600")
            .harmless()
            .each(success(1, 1, 1)),
        // The clock was corrected, and there are no other keys.
        Row::new("x39", "403 \"Signature expired\" always", "signature-expired")
            .each(failure(2, 0, 2, DENIED, false, "AccessDeniedException (403): Signature expired: …Z - 5 min.) [request id ID]; cannot refresh the credentials: credentials rejected, and no credentials provider is configured")),
        Row::new("x40", "403 \"Signature not yet current\" always", "signature-not-yet-current")
            .each(failure(2, 0, 2, DENIED, false, "AccessDeniedException (403): Signature not yet current: …Z + 5 min.) [request id ID]")),
    ]
}

fn credentials() -> Vec<Row> {
    vec![
        Row::new("x41", "refuses the token, there are no other keys", "refuse-credentials")
            .each(failure(1, 0, 1, DENIED, false, "AccessDeniedException (403): The security token included in the request is invalid. [request id ID]; cannot refresh the credentials: credentials rejected, and no credentials provider is configured")),
        Row::new("x41 once", "refuses the token once, there are other keys", "refuse-credentials; times=1")
            .keys(Keys::Renewed)
            .each(success(2, 1, 2)),
        Row::new("x42", "the token is expired, there are no other keys", "expire-token")
            .each(failure(1, 0, 1, DENIED, false, "AccessDeniedException (403): The security token included in the request is expired [request id ID]; cannot refresh the credentials: credentials rejected, and no credentials provider is configured")),
        Row::new("x42 once", "the token is expired once, there are other keys", "expire-token; times=1")
            .keys(Keys::Renewed)
            .each(success(2, 1, 2)),
        Row::new("x43", "the token is always expired", "expire-token")
            .keys(Keys::Renewed)
            .each(failure(2, 0, 2, DENIED, false, "AccessDeniedException (403): The security token included in the request is expired [request id ID]")),
        Row::new("x44", "requires a signature, there are no keys", "")
            .keys(Keys::None)
            .each(failure(1, 0, 1, DENIED, false, "AccessDeniedException (403): Missing Authentication Token [request id ID]; the request arrived without a signature: configure credentials")),
        Row::new("x45", "refuses the token as missing", "refuse-credentials; reason=missing-token")
            .each(failure(1, 0, 1, DENIED, false, "AccessDeniedException (403): Missing Authentication Token [request id ID]; the request arrived without a signature: configure credentials")),
        Row::new("x46", "finds another signature", "refuse-credentials; reason=wrong-signature")
            .each(failure(1, 0, 1, DENIED, false, "AccessDeniedException (403): The request signature we calculated does not match the signature you provided. … [request id ID]")),
        Row::new("x47", "does not let the user do this", "refuse-credentials; reason=not-authorized")
            .each(failure(1, 0, 1, DENIED, false, "AccessDeniedException (403): User: arn:aws:iam::123456789012:user/emulated is not authorized to perform: neptune-db:… [request id ID]")),
        Row::new("x48", "does not let anybody do this", "refuse-credentials; reason=insufficient-access")
            .each(failure(1, 0, 1, DENIED, false, "AccessDeniedException (403): You do not have sufficient access to perform this action. [request id ID]")),
    ]
}
