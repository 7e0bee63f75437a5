//! Errors when credentials are rejected or have expired, and cannot be refreshed.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use neptunedata::{
    Auth, Call, Credentials, Endpoint, Session,
    credentials::CredentialsError,
    machine::{Input, Io, Machine, Now, Step},
};

use super::{script::answer, start, steps::Steps};

/// Credentials in use, whether the server rejects them, and the text without a credentials provider.
#[test]
fn texts_without_a_credentials_provider_say_why_new_credentials_are_needed() {
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let now = Now {
        wall,
        mono: Duration::ZERO,
    };
    let keys = Credentials::new("AKIDEXAMPLE", "c4n4ry");
    let temporary = Credentials::new("ASIAEXAMPLE", "c4n4ry");
    let rejected = "cannot refresh the credentials: credentials rejected, and";
    let rows = [
        (keys.clone(), true, rejected),
        (
            temporary.clone(),
            true,
            "cannot refresh the credentials: credentials rejected: temporary keys (ASIA…) need their session token, and",
        ),
        (temporary.with_session_token("c4n4ry"), true, rejected),
        (
            keys.clone().with_expiry(wall),
            false,
            "no usable credentials: credentials expired at Sun, 30 Aug 2015 12:36:00 GMT, and",
        ),
        // Before the years that an HTTP date can express.
        (
            keys.with_expiry(SystemTime::UNIX_EPOCH - Duration::from_secs(1)),
            false,
            "no usable credentials: credentials expired, and",
        ),
    ];
    for (given, is_rejected, expected) in rows {
        let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
        let endpoint = endpoint.with_region("us-east-1").unwrap();
        let session = Session::new(endpoint, Auth::credentials(given)).unwrap();
        let mut call = Call::new(&session, &start(), 7);
        let mut step = call.resume(Input::Next, now);
        if is_rejected {
            assert!(matches!(step, Step::Io(Io::Send(_))));
            let body = r#"{"code":"AccessDeniedException","detailedMessage":"The security token included in the request is invalid."}"#;
            let refused = Input::Response(answer(403, body).whole(), HeaderMap::new());
            step = call.resume(refused, now);
        }
        assert!(matches!(step, Step::Io(Io::Credentials { refresh: true })));
        let none = Input::CredentialsFailed(CredentialsError::without_provider());
        let error = call.fails(none, now);
        let text = error.to_string();
        let expected = format!("{expected} no credentials provider is configured");
        assert!(text.ends_with(&expected), "{text}");
        assert!(!text.contains("c4n4ry"), "{text}");
    }
}
