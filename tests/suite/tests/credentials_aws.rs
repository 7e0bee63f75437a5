//! Credentials from the AWS chain and from providers of the AWS SDK, with services on loopback.

#![allow(missing_docs)]
#![cfg(feature = "aws-config")]

#[path = "credentials/fake.rs"]
mod fake;
#[path = "credentials/support.rs"]
mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use aws_credential_types::provider::{self, ProvideCredentials, error::CredentialsError, future};
use neptunedata::{CallOptions, ErrorKind, engine::GetEngineStatus, transport::TransportErrorKind};
use neptunedata_emulator::Server;
use neptunedata_tests::client::{Client, Driver};

use crate::{fake::Fake, support::*};

/// A provider of the SDK that counts.
#[derive(Debug, Default)]
struct Provider {
    asked: Arc<AtomicU32>,
    failing: u32,
}

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            // Needs a runtime with time.
            tokio::time::sleep(Duration::from_millis(20)).await;
            if number <= self.failing {
                let cause = "external process exited with code 1. Stderr: c4n4ry";
                return provider::Result::Err(CredentialsError::provider_error(cause));
            }
            let (id, token) = (format!("ASIA{number}"), token(number));
            Ok(aws_credential_types::Credentials::new(
                id,
                SECRET,
                Some(token),
                None,
                "a test",
            ))
        })
    }
}

fn client(driver: Driver, server: &Server, provider: impl ProvideCredentials + 'static) -> Client {
    let builder = driver.builder(endpoint(server));
    builder.credentials_from_provider(provider).build().unwrap()
}

/// What the child prints with these variables.
fn run(driver: Driver, server: &Server, variables: &[(&str, &str)]) -> String {
    let home = Files::new();
    let mut command = this_program(driver, server, &home, variables);
    command.env_remove("AWS_EC2_METADATA_DISABLED");
    if !variables
        .iter()
        .any(|(name, _)| *name == "AWS_EC2_METADATA_SERVICE_ENDPOINT")
    {
        command.env("AWS_EC2_METADATA_DISABLED", "true");
    }
    said(command)
}

// Run by other tests, in a process with an environment of its own.
#[test]
#[ignore = "run by other tests"]
fn child_process() {
    let (driver, endpoint) = child();
    let builder = driver.builder(endpoint.with_region(REGION).unwrap());
    let client = builder.credentials_from_aws().build().unwrap();
    println!("{client:?}");
    for _ in 0..2 {
        match client.send(&GetEngineStatus::new()) {
            Ok(_) => println!("SAYS ok"),
            Err(error) => {
                println!("SAYS failed: {error}");
                println!("{}", everything(&error));
            }
        }
    }
}

#[test]
fn a_provider_is_asked_once_by_64_calls_and_again_when_refused() {
    for driver in Driver::ALL {
        let server = cluster();
        let provider = Provider::default();
        let asked = Arc::clone(&provider.asked);
        let client = client(driver, &server, provider);
        assert_eq!(
            asked.load(Ordering::SeqCst),
            0,
            "nothing begins before the first call"
        );
        together(&client);
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        server.with(|emulator| emulator.expire_token("c4n4ry-token1"));
        together(&client);
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }
}

#[test]
fn a_provider_that_fails_twice_is_asked_a_third_time() {
    for driver in Driver::ALL {
        let server = cluster();
        let provider = Provider {
            failing: 2,
            ..Provider::default()
        };
        let asked = Arc::clone(&provider.asked);
        // Keys are counted from the first question.
        let client = client(driver, &server, provider);
        for _ in 0..2 {
            let error = client.send(&GetEngineStatus::new()).unwrap_err();
            assert_eq!(
                (error.kind(), error.attempts()),
                (ErrorKind::Credentials, 0)
            );
            let text = format!("{error} {error:?} {error:#?}");
            assert!(
                text.contains("external process exited with code 1") && !text.contains(CANARY),
                "{text}"
            );
        }
        client.send(&GetEngineStatus::new()).unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }
}

#[test]
fn a_slow_provider_costs_a_call_no_more_than_its_deadline() {
    for driver in Driver::ALL {
        #[derive(Debug)]
        struct Stuck;
        impl ProvideCredentials for Stuck {
            fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
            where
                Self: 'a,
            {
                future::ProvideCredentials::new(std::future::pending())
            }
        }
        let server = cluster();
        let client = client(driver, &server, Stuck);
        let limit = CallOptions::new().timeout(Duration::from_millis(150));
        let start = Instant::now();
        let error = client.call(&GetEngineStatus::new(), limit).unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(10));
        assert_eq!(
            error.kind(),
            ErrorKind::Transport(TransportErrorKind::Deadline)
        );
        assert!(!error.may_have_executed());
    }
}

#[test]
fn the_metadata_of_an_instance() {
    for driver in Driver::ALL {
        let server = cluster();
        let fake = Fake::start(|asked| match asked.line.as_str() {
            "PUT /latest/api/token" => (200, "c4n4ry-imds".to_owned()),
            _ if !asked.has("x-aws-ec2-metadata-token: c4n4ry-imds") => (401, String::new()),
            "GET /latest/meta-data/iam/security-credentials/" => (200, "role-1".to_owned()),
            "GET /latest/meta-data/iam/security-credentials/role-1" => (200, json(1, "Token")),
            _ => (404, String::new()),
        });
        assert_eq!(
            run(
                driver,
                &server,
                &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &fake.url())]
            ),
            "ok\nok"
        );
        let asked = fake.asked();
        assert_eq!(
            asked
                .iter()
                .filter(|line| line.ends_with("/role-1"))
                .count(),
            1,
            "{asked:?}"
        );
    }
}

#[test]
fn the_endpoint_of_a_container() {
    for driver in Driver::ALL {
        let server = cluster();
        let fake = Fake::start(|asked| {
            if asked.has("authorization: c4n4ry-container") && asked.line == "GET /keys" {
                (200, json(2, "Token"))
            } else {
                (403, "c4n4ry".to_owned())
            }
        });
        let url = fake.url() + "/keys";
        let variable = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str());
        let token = ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "c4n4ry-container");
        assert_eq!(run(driver, &server, &[variable, token]), "ok\nok");
        assert_eq!(fake.asked(), ["GET /keys"]);
        let refused = run(driver, &server, &[variable, (token.0, "c4n4ry-other")]);
        assert!(
            refused.starts_with("failed: ") && refused.contains("no usable credentials"),
            "{refused}"
        );
    }
}

/// What STS answers.
fn assumed_role() -> String {
    format!(
        "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <AssumeRoleWithWebIdentityResult>\
         <Credentials><AccessKeyId>ASIA3</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>\
         <SessionToken>{}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
         <AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/r/tests</Arn>\
         <AssumedRoleId>A:tests</AssumedRoleId></AssumedRoleUser>\
         </AssumeRoleWithWebIdentityResult>\
         <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>\
         </AssumeRoleWithWebIdentityResponse>",
        token(3)
    )
}

#[test]
fn a_role_by_a_web_identity() {
    for driver in Driver::ALL {
        let server = cluster();
        let fake = Fake::start(|asked| {
            let expected = [
                "Action=AssumeRoleWithWebIdentity",
                "WebIdentityToken=c4n4ry-web",
                "RoleSessionName=tests",
            ];
            if !expected.iter().all(|part| asked.body.contains(part)) {
                return (400, String::new());
            }
            (200, assumed_role())
        });
        let files = Files::new();
        let web = files.write("web", "c4n4ry-web");
        let variables = [
            ("AWS_ENDPOINT_URL_STS", fake.url()),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", web.display().to_string()),
            (
                "AWS_ROLE_ARN",
                "arn:aws:iam::111122223333:role/r".to_owned(),
            ),
            ("AWS_ROLE_SESSION_NAME", "tests".to_owned()),
        ];
        let variables = variables
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        assert_eq!(run(driver, &server, &variables), "ok\nok");
        assert_eq!(fake.asked(), ["POST /"]);
    }
}

#[test]
fn an_empty_chain_is_an_error() {
    for driver in Driver::ALL {
        let server = cluster();
        let text = run(driver, &server, &[]);
        assert!(
            text.starts_with("failed: ") && text.contains("no usable credentials"),
            "{text}"
        );
        assert_eq!(
            server.with(|emulator| emulator.received("GetEngineStatus")),
            0
        );
    }
}

/// A blocking client may be dropped inside an async runtime, and used in a blocking thread of it.
#[tokio::test]
async fn the_private_runtime_may_end_within_another_one() {
    let server = cluster();
    let client = client(Driver::Blocking, &server, Provider::default());
    let used = client.clone();
    let call = tokio::task::spawn_blocking(move || used.send(&GetEngineStatus::new()));
    call.await.unwrap().unwrap();
    drop(client);
}
