//! The output of a `credential_process`.
//!
//! AWS describes it in [the process credential provider](https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html).

use serde_json::Value;

use super::keys;
use crate::{credentials::Credentials, error::CredentialsError};

const PLACE: &str = "the output of the credential process";

/// Reads the standard output of a credential process: a JSON object with `Version` 1, `AccessKeyId` and
/// `SecretAccessKey`. For temporary keys it also has `SessionToken` and `Expiration`; the latter is an RFC
/// 3339 time such as `2025-01-31T12:34:56Z`. Other members are ignored, and empty values count as absent.
///
/// Keys without an expiration never expire, so a client runs the process again only if the server rejects the keys.
///
/// ```
/// use neptunedata::credentials::process;
///
/// let output = br#"{"Version": 1, "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "wJalrXUtn",
///                   "SessionToken": "AQoDYXdz", "Expiration": "2015-08-30T14:36:00+02:00"}"#;
/// let credentials = process::parse_output(output)?;
/// assert_eq!(credentials.access_key_id(), "AKIDEXAMPLE");
/// assert!(credentials.expires_at().is_some());
/// # Ok::<(), neptunedata::credentials::CredentialsError>(())
/// ```
///
/// # Errors
///
/// When the output is not such an object. The text says what is wrong and where, and shows no value.
pub fn parse_output(stdout: &[u8]) -> Result<Credentials, CredentialsError> {
    let wrong = |what: String| Err(CredentialsError::new(format!("in {PLACE}, {what}")));
    // Tools on Windows often write a byte order mark.
    let json = stdout.strip_prefix(b"\xef\xbb\xbf").unwrap_or(stdout);
    if json.trim_ascii().is_empty() {
        return Err(CredentialsError::new(
            "the credential process printed nothing",
        ));
    }
    let object = match serde_json::from_slice(json) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return wrong("the JSON is not an object".to_owned()),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            return wrong(format!("line {line}, column {column} is not valid JSON"));
        }
    };
    match object.get("Version") {
        Some(version) if version.as_u64() == Some(1) => {}
        Some(Value::Number(other)) => {
            return wrong(format!("Version is {other}, but only 1 is supported"));
        }
        Some(_) => return wrong("Version is not a number".to_owned()),
        None => return wrong("Version is missing".to_owned()),
    }
    let text = |name| match object.get(name) {
        Some(Value::String(text)) => Ok((name, Some(text.as_str()))),
        Some(Value::Null) | None => Ok((name, None)),
        Some(_) => Err(CredentialsError::new(format!(
            "in {PLACE}, {name} is not a string"
        ))),
    };
    let (id, secret) = (text("AccessKeyId")?, text("SecretAccessKey")?);
    let Some(credentials) = keys::credentials(PLACE, id, secret, text("SessionToken")?)? else {
        return wrong("AccessKeyId and SecretAccessKey are missing".to_owned());
    };
    keys::with_expiration(PLACE, credentials, text("Expiration")?)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_with_and_without_expiration() {
        let long_lived = Credentials::new("AKID", "c4n4ry");
        let temporary = long_lived
            .clone()
            .with_session_token("c4n4ry-token")
            .with_expiry(SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160));
        let cases = [
            (
                r#"{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"c4n4ry"}"#,
                &long_lived,
            ),
            (
                "\u{feff}{\"Version\":1,\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"c4n4ry\"}\r\n",
                &long_lived,
            ),
            (
                r#"{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"c4n4ry","SessionToken":null,"Expiration":null}"#,
                &long_lived,
            ),
            (
                r#"{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"c4n4ry","SessionToken":"","Expiration":""}"#,
                &long_lived,
            ),
            (
                r#"{"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": "c4n4ry", "SessionToken": "c4n4ry-token",
                    "Expiration": "2015-08-30T12:36:00Z", "AccountId": "111122223333", "More": [1, {}]}"#,
                &temporary,
            ),
        ];
        for (output, expected) in cases {
            assert_eq!(
                &parse_output(output.as_bytes()).unwrap(),
                expected,
                "{output}"
            );
        }
    }

    #[test]
    fn faults_are_named_and_values_are_not() {
        const IN: &str = "in the output of the credential process, ";
        let cases: [(&[u8], &str); 15] = [
            (b"", "the credential process printed nothing"),
            (b" \n", "the credential process printed nothing"),
            (b"c4n4ry", "line 1, column 1 is not valid JSON"),
            (b"{\"Version\": 1,\n \"SecretAccessKey\": \"c4n4ry\"", "line 2, column 28 is not valid JSON"),
            (b"{\"SecretAccessKey\": \"c4n4ry\xff\"}", "line 1, column 28 is not valid JSON"),
            (b"[\"c4n4ry\"]", "the JSON is not an object"),
            (br#"{"AccessKeyId":"AKID","SecretAccessKey":"c4n4ry"}"#, "Version is missing"),
            (br#"{"Version":"c4n4ry"}"#, "Version is not a number"),
            (br#"{"Version":2,"SecretAccessKey":"c4n4ry"}"#, "Version is 2, but only 1 is supported"),
            (br#"{"Version":1}"#, "AccessKeyId and SecretAccessKey are missing"),
            (br#"{"Version":1,"AccessKeyId":"AKID"}"#, "AccessKeyId is set but SecretAccessKey is not"),
            (br#"{"Version":1,"SecretAccessKey":"c4n4ry"}"#, "SecretAccessKey is set but AccessKeyId is not"),
            (br#"{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":["c4n4ry"]}"#, "SecretAccessKey is not a string"),
            (
                br#"{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"c4n4ry\n"}"#,
                "SecretAccessKey contains white space, perhaps a pasted line break",
            ),
            (
                br#"{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"c4n4ry","Expiration":"c4n4ry"}"#,
                "Expiration is not a time such as 2025-01-31T12:34:56Z",
            ),
        ];
        for (output, expected) in cases {
            let error = parse_output(output).unwrap_err();
            let text = error.to_string();
            let found = text.strip_prefix("no usable credentials: ").unwrap();
            assert_eq!(found.strip_prefix(IN).unwrap_or(found), expected);
            assert!(!format!("{error:?}").contains("c4n4ry"), "{error:?}");
        }
    }

    proptest! {
        #[test]
        fn no_output_panics(output in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = parse_output(&output);
        }

        #[test]
        fn no_error_shows_a_value(values in prop::collection::vec(
            prop::sample::select(vec!["1", "null", "\"c4n4ry\"", "\"c4n4ry c4n4ry\"", "[\"c4n4ry\"]", "c4n4ry", "\"2015-08-30T12:36:00Z\""]),
            5,
        )) {
            let names = ["Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"];
            let members: Vec<_> = names.iter().zip(&values).map(|(name, value)| format!("\"{name}\":{value}")).collect();
            if let Err(error) = parse_output(format!("{{{}}}", members.join(",")).as_bytes()) {
                let shown = format!("{error} {error:?}");
                prop_assert!(!shown.contains("c4n4ry"), "{}", shown);
            }
        }
    }
}
