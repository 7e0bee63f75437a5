//! Wrong dates and rejected credentials, on request.

use neptunedata_emulator::{Emulator, Now, SignatureCheck};

use crate::fault_header::{asking, obeying};
use crate::signed::Signed;
use crate::support::{Ask, assert_contains, body_text, header, rows, with_header};

fn date(neptune: &mut Emulator, fault: &str) -> Option<String> {
    let answer = neptune.answer(asking(fault));
    let date = answer.head.headers.get("date")?;
    Some(date.to_str().expect("text").to_owned())
}

#[test]
fn dates() {
    let mut neptune = obeying();
    for (fault, expected) in [
        (
            "skewed-date; seconds=-3600",
            Some("Sun, 31 Dec 2023 23:00:00 GMT"),
        ),
        ("status=503; skew=60", Some("Mon, 01 Jan 2024 00:01:00 GMT")),
        ("status=403; date=none", None),
        (
            "skewed-date; seconds=9223372036854775807",
            Some("Mon, 01 Jan 2024 00:00:00 GMT"),
        ),
        ("signature-expired", Some("Mon, 01 Jan 2024 01:00:00 GMT")),
        (
            "signature-not-yet-current; seconds=600",
            Some("Sun, 31 Dec 2023 23:50:00 GMT"),
        ),
    ] {
        assert_eq!(date(&mut neptune, fault).as_deref(), expected, "{fault}");
    }
}

#[test]
fn iam_errors_have_the_texts_of_iam() {
    let mut neptune = obeying();
    let table = "
        refuse-credentials => The security token included in the request is invalid.
        refuse-credentials; reason=missing-token => Missing Authentication Token
        refuse-credentials; reason=wrong-signature => The request signature we calculated does not match the signature
        refuse-credentials; reason=not-authorized => is not authorized to perform: neptune-db:GetEngineStatus on \
            resource: arn:aws:neptune-db:us-east-1:
        refuse-credentials; reason=insufficient-access => You do not have sufficient access to perform this action.
        expire-token => The security token included in the request is expired
        signature-expired => Signature expired: 20240101T000000Z is now earlier than 20240101T005500Z \
            (20240101T010000Z - 5 min.)
        signature-not-yet-current; seconds=600 => Signature not yet current: 20240101T000000Z is still later than \
            20231231T235500Z (20231231T235000Z + 5 min.)
    ";
    for (fault, text) in rows(table) {
        let message = neptune.refuses(asking(fault), (403, "AccessDeniedException"));
        assert_contains(&message, text);
    }
    assert_eq!(neptune.executed("GetEngineStatus"), 0);
}

/// A request signed by the client's clock, which is one hour slower than the clock that the cluster claims to have.
#[test]
fn a_request_with_a_corrected_clock_is_accepted() {
    let signed = Signed::start();
    let mut neptune = signed.cluster();
    neptune.reconfigure(|config| config.fault_header(true));
    let mut send = |fault: &str, now: Now| {
        let request = with_header(signed.request(), "x-neptune-fault", fault);
        let answer = neptune.at(now).answer(request);
        let date = header(&answer, "date").to_owned();
        (answer.status().as_u16(), body_text(&answer), date)
    };
    let hour = std::time::Duration::from_secs(3600);
    let (status, body, ahead) = send("skewed-date; seconds=3600; iam", signed.now());
    assert_eq!(status, 403);
    assert_contains(&body, "Signature expired: ");
    // What the client makes of it: a signature that the claimed clock agrees with.
    let earlier = Now::new(signed.now().wall - hour, signed.now().mono);
    let (status, _, date) = send("skewed-date; seconds=3600; iam", earlier);
    assert_ne!(status, 403);
    assert_ne!(date, ahead);
    // Without `iam` only the header is off.
    let (status, body, _) = send("skewed-date; seconds=3600", signed.now());
    assert!(status != 403, "{body}");
    let is_verified =
        |signature: &SignatureCheck| matches!(signature, SignatureCheck::Verified { .. });
    assert!(
        neptune.log()[1..]
            .iter()
            .all(|entry| is_verified(&entry.signature))
    );
    assert!(matches!(
        neptune.log()[0].signature,
        SignatureCheck::Refused(_)
    ));
}
