use proptest::prelude::*;

use super::*;

/// The source of a profile, in short form.
fn source(config: &str, credentials: &str, name: &str) -> String {
    match Profiles::parse(config, credentials).unwrap().source(name) {
        Ok(Source::Static(credentials)) => format!(
            "{} {} {}",
            credentials.access_key_id(),
            credentials.secret_access_key(),
            credentials.session_token().unwrap_or("-"),
        ),
        Ok(Source::Process(command)) => format!("{} {:?}", command.program(), command.arguments()),
        Err(error) => {
            assert!(!format!("{error} {error:?}").contains("c4n4ry"));
            let text = error.to_string();
            text.strip_prefix("no usable credentials: ")
                .unwrap()
                .to_owned()
        }
    }
}

/// As the AWS CLI and its documentation write them.
const CONFIG: &str = "\
[default]
region = us-west-2
output = json

[profile reports]
region=eu-central-1
s3 =
  max_concurrent_requests = 20
  max_queue_size = 10000

[profile assumed]
role_arn = arn:aws:iam::123456789012:role/c4n4ry
source_profile = default

[profile pod]
role_arn = arn:aws:iam::123456789012:role/c4n4ry
web_identity_token_file = /var/run/c4n4ry

[profile sso]
sso_session = my-sso
sso_account_id = 123456789011
sso_role_name = readOnly

[profile half-sso]
sso_session = my-sso

[profile login]
login_session = arn:aws:iam::123456789012:user/c4n4ry

[profile developer]
credential_process = \"/opt/bin/aws keys\" --username helen

[profile broken]
credential_process = \"/opt/bin/c4n4ry

[profile inline]
aws_access_key_id = AKIDCONFIG
aws_secret_access_key = config+secret/1=

[profile both]
aws_access_key_id = AKIDCONFIG
aws_secret_access_key = config-secret
aws_session_token = stale-token
credential_process = keys

[profile process-first]
aws_access_key_id = AKIDCONFIG
aws_secret_access_key = config-secret
credential_process = keys

[sso-session my-sso]
sso_region = us-east-1
sso_start_url = https://my-sso-portal.awsapps.com/start
sso_registration_scopes = sso:account:access

[services local]
dynamodb =
  endpoint_url = http://localhost:8000
";

const CREDENTIALS: &str = "\
[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = default-secret

[reports]
AWS_ACCESS_KEY_ID=AKIDREPORTS
AWS_SECRET_ACCESS_KEY=reports-secret
aws_session_token = reports-token   # from the portal
region = eu-central-2

[only-here]
aws_access_key_id=AKIDHERE
aws_secret_access_key=here-secret

[assumed]
aws_access_key_id=AKIDHERE
aws_secret_access_key=here-secret

[both]
aws_access_key_id = AKIDBOTH
aws_secret_access_key = both-secret

[half]
aws_access_key_id = AKIDHALF
aws_secret_access_key =

[pasted]
aws_access_key_id = AKIDPASTED
aws_secret_access_key = c4n4ry
  c4n4ry

[quoted]
aws_access_key_id = AKIDQUOTED
aws_secret_access_key = \"c4n4ry\"
";

#[test]
fn sources_of_real_files() {
    let chain =
        "which only the AWS SDK supports: use credentials_from_aws, with the feature aws-config";
    let config = "of the AWS config file has";
    let of = "of the AWS credentials file";
    let cases = [
        ("default", "AKIDDEFAULT default-secret -".to_owned()),
        ("reports", "AKIDREPORTS reports-secret reports-token".to_owned()),
        ("only-here", "AKIDHERE here-secret -".to_owned()),
        ("inline", "AKIDCONFIG config+secret/1= -".to_owned()),
        ("both", "AKIDBOTH both-secret -".to_owned()),
        ("process-first", "keys []".to_owned()),
        ("developer", r#"/opt/bin/aws keys ["--username", "helen"]"#.to_owned()),
        ("broken", "in credential_process, a quote is not closed".to_owned()),
        ("assumed", format!("profile \"assumed\" {config} role_arn, {chain}")),
        ("pod", format!("profile \"pod\" {config} role_arn, {chain}")),
        ("sso", format!("profile \"sso\" {config} sso_account_id, {chain}")),
        ("half-sso", format!("profile \"half-sso\" {config} sso_session, {chain}")),
        ("login", format!("profile \"login\" {config} login_session, {chain}")),
        ("half", format!("in profile \"half\" {of}, aws_access_key_id is set but aws_secret_access_key is not")),
        (
            "pasted",
            format!(
                "in profile \"pasted\" {of}, aws_secret_access_key contains white space, perhaps a pasted line break"
            ),
        ),
        (
            "quoted",
            format!(
                "in profile \"quoted\" {of}, aws_secret_access_key is in quotes: remove them"
            ),
        ),
        (
            "Default",
            "profile \"Default\" not found: it needs [profile Default] in the AWS config file, which has [default] \
             [profile reports] [profile assumed] [profile pod] [profile sso] [profile half-sso] [profile login] [profile \
             developer] [profile broken] [profile inline] [profile both] [profile process-first] [sso-session my-sso] \
             [services local], or [Default] in the AWS credentials file, which has [default] [reports] [only-here] \
             [assumed] [both] [half] [pasted] [quoted]"
                .to_owned(),
        ),
    ];
    for (name, expected) in cases {
        assert_eq!(source(CONFIG, CREDENTIALS, name), expected, "{name}");
    }
    assert_eq!(
        source("[default]\nregion=x", "", "default"),
        "profile \"default\" has neither keys nor a credential_process in the AWS config file or the AWS credentials file"
    );
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let windows = Profiles::parse(&crlf(CONFIG), &crlf(CREDENTIALS)).unwrap();
    assert_eq!(
        windows.source("reports").unwrap(),
        Profiles::parse(CONFIG, CREDENTIALS)
            .unwrap()
            .source("reports")
            .unwrap()
    );
}

#[test]
fn regions() {
    let profiles = Profiles::parse(CONFIG, CREDENTIALS).unwrap();
    let region = |name| profiles.get(name).and_then(|profile| profile.region());
    assert_eq!(region("default"), Some("us-west-2"));
    assert_eq!(
        region("reports"),
        Some("eu-central-2"),
        "the credentials file counts"
    );
    assert_eq!(region("only-here"), None, "nothing is inherited");
    assert_eq!(region("my-sso"), None);
    assert_eq!(profiles.get("reports").unwrap().name(), "reports");
    let empty = Profiles::parse("[default]\nregion=a", "[default]\nregion=").unwrap();
    assert_eq!(empty.get("default").unwrap().region(), Some("a"));
}

#[test]
fn errors_name_the_line_and_do_not_show_it() {
    let error = Profiles::parse(
        "[default]\nregion = a",
        "[default]\n\naws_secret_access_key c4n4ry",
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the AWS credentials file, line 3: setting without = or :"
    );
    assert_eq!((error.file(), error.line()), (ProfileFile::Credentials, 3));
    assert!(!format!("{error:?}").contains("c4n4ry"));
    let error = CredentialsError::from(Profiles::parse("c4n4ry", "").unwrap_err());
    assert_eq!(
        error.to_string(),
        "no usable credentials: the AWS config file, line 1: setting before the first section"
    );
}

#[test]
fn errors_name_the_files_that_were_read() {
    let config = Path::new("/home/ann/.aws/config");
    let keys = Path::new("/home/ann/.aws/credentials");
    let text = "[default]\nregion = a\n[profile role]\nrole_arn = x\n";
    let profiles =
        Profiles::parse(FileText::read_from(text, config), FileText::missing(keys)).unwrap();
    let error = |name| profiles.source(name).unwrap_err().to_string();
    assert_eq!(
        error("reports"),
        "no usable credentials: profile \"reports\" not found: it needs [profile reports] in /home/ann/.aws/config, which \
         has [default] [profile role], or [reports] in /home/ann/.aws/credentials (file not found)"
    );
    assert!(error("my team").contains(r#"it needs [profile "my team"] in "#));
    assert_eq!(
        error("default"),
        "no usable credentials: profile \"default\" has neither keys nor a credential_process in \
         /home/ann/.aws/config or /home/ann/.aws/credentials (file not found)"
    );
    assert_eq!(
        error("role"),
        "no usable credentials: profile \"role\" of /home/ann/.aws/config has role_arn, which only the AWS SDK supports: use \
         credentials_from_aws, with the feature aws-config"
    );
    let half = "[default]\naws_access_key_id = AKID\n";
    let profiles = Profiles::parse("", FileText::read_from(half, keys)).unwrap();
    assert_eq!(
        profiles.source("default").unwrap_err().to_string(),
        "no usable credentials: in profile \"default\" of /home/ann/.aws/credentials, aws_access_key_id is set but \
         aws_secret_access_key is not"
    );
    assert_eq!(
        Profiles::parse("", "")
            .unwrap()
            .source("default")
            .unwrap_err()
            .to_string(),
        "no usable credentials: profile \"default\" not found: it needs [default] in the AWS config file, or [default] \
         in the AWS credentials file"
    );
}

#[test]
fn debug_shows_only_names() {
    let secret =
        "aws_access_key_id=AKID\naws_secret_access_key=c4n4ry\ncredential_process=keys c4n4ry\n";
    let profiles =
        Profiles::parse(&format!("[default]\n{secret}"), &format!("[x]\n{secret}")).unwrap();
    assert_eq!(
        format!("{profiles:?}"),
        r#"Profiles { config: ["default"], credentials: ["x"] }"#
    );
    let text = format!("{:?}", FileText::from("c4n4ry"));
    assert_eq!(text, "FileText { length: 6, name: None }");
    for name in ["default", "x"] {
        let profile = profiles.get(name).unwrap();
        let source = profile.source().unwrap();
        assert!(!format!("{profile:?} {source:?}").contains("c4n4ry"));
    }
}

/// Files made of valid and invalid lines, all of which hold secrets where they can.
fn text() -> impl Strategy<Value = String> {
    let lines = vec![
        "[default]",
        "[profile default]",
        "[profile x]",
        "[x]",
        "[sso-session x]",
        "[profile x",
        " ",
        "# c4n4ry",
        "  ; c4n4ry",
        "region = c4n4ry",
        "aws_access_key_id = AKID",
        "aws_secret_access_key = c4n4ry",
        "aws_secret_access_key c4n4ry",
        "aws_session_token = c4n4ry",
        "credential_process = keys c4n4ry",
        "credential_process = \"c4n4ry",
        "credential_process = A=c4n4ry",
        "role_arn = c4n4ry",
        "s3 =",
        "  c4n4ry",
        "  a = c4n4ry",
        "= c4n4ry",
        "aws_secret_access_key = 'c4n4ry'",
        "\u{feff}",
        "\t=",
        "[",
        "]",
    ];
    let line = prop_oneof![9 => prop::sample::select(lines).prop_map(str::to_owned), 1 => "\\PC{0,6}".prop_map(|c| c)];
    let end = prop::sample::select(vec!["\n", "\r\n"]);
    (prop::collection::vec(line, 0..12), end).prop_map(|(lines, end)| lines.join(end))
}

proptest! {
    #[test]
    fn no_file_panics_or_is_shown(config in text(), credentials in text()) {
        let shown = match Profiles::parse(&config, &credentials) {
            Err(error) => format!("{error} {error:?}"),
            Ok(profiles) => ["default", "x", "y"]
                .map(|name| match profiles.source(name) {
                    Ok(source) => format!("{profiles:?} {source:?}"),
                    Err(error) => format!("{profiles:?} {error} {error:?}"),
                })
                .join(" "),
        };
        prop_assert!(!shown.contains("c4n4ry"), "{}", shown);
    }

    #[test]
    fn any_text_is_read_or_refused(config in "[\\[\\]a =#;\n\t\\\\\"é]*", credentials in any::<String>()) {
        if let Ok(profiles) = Profiles::parse(&config, &credentials) {
            let _ = profiles.source("a");
        }
    }
}
