// The tests. `driver` is the crate under test; what differs between the two is in `wait!`, `source!` and `together!`.

use std::{sync::{Arc, Mutex, atomic::{AtomicU32, Ordering}}, time::{Duration, Instant, SystemTime}};

use driver::{BuildError, CallOptions, Client, ClientBuilder, Credentials, Effect, Endpoint, Error, ErrorKind, credentials::CredentialsError, engine::GetEngineStatus, machine::Exchange, transport::{ClientOptions, RouteError, TransportErrorKind}};
use neptunedata_emulator::Planned;

use crate::support::*;

fn endpoint(server: &neptunedata_emulator::Server) -> Endpoint {
    let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
    endpoint.with_region(REGION).unwrap()
}

fn key(number: u32) -> Credentials {
    Credentials::new(format!("ASIA{number}"), SECRET).with_session_token(token(number))
}

fn ending(number: u32, life: Duration) -> Credentials {
    key(number).with_expiry(SystemTime::now() + life)
}

/// All that an error says, to whomever.
fn everything(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    text.replace('\n', " ")
}

fn from_variables(builder: ClientBuilder) -> ClientBuilder {
    let source = std::env::var("CHILD_SOURCE").unwrap();
    match source.split_once(' ').unwrap_or((&source, "")) {
        ("environment", _) => builder.credentials_from_environment(),
        ("profile", "") => builder.credentials_from_profile(None),
        ("profile", name) => builder.credentials_from_profile(Some(name)),
        #[cfg(feature = "aws-config")]
        ("aws", _) => builder.credentials_from_aws(),
        (other, _) => panic!("{other}"),
    }
}

tests! {
    // Run by other tests, in a process with an environment of its own.
    fn child() {
        let Ok(address) = std::env::var("CHILD_ENDPOINT") else { return };
        let mut builder = Client::builder(Endpoint::parse(&address).unwrap());
        if std::env::var("CHILD_REGION").is_ok() {
            builder = builder.region_from_environment();
        }
        let client = match from_variables(builder).build() {
            Ok(client) => client,
            Err(error) => {
                println!("SAYS not built: {error}\n{}", everything(&error));
                return;
            }
        };
        println!("{client:?} {client:#?}");
        println!("SAYS region {}", client.session().endpoint().region().unwrap_or("none"));
        let calls = std::env::var("CHILD_CALLS").map_or(1, |calls| calls.parse().unwrap());
        for nth in 0..calls {
            if nth > 0 {
                // The parent changes what there is meanwhile, and says when it is done.
                let changed = std::path::PathBuf::from(std::env::var("HOME").unwrap()).join("changed");
                while !changed.exists() {
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
            match wait!(client.send(&GetEngineStatus::new())) {
                Ok(_) => println!("SAYS ok"),
                Err(error) => println!("SAYS failed: {error}\n{}", everything(&error)),
            }
        }
    }

    fn the_environment_is_read_when_the_client_is_built() {
        let (server, home) = (cluster(), Files::new());
        let run = |more: &[(&str, &str)]| {
            let mut variables = vec![("CHILD_SOURCE", "environment"), ("CHILD_REGION", "1"), ("AWS_REGION", REGION)];
            variables.extend(more);
            said(this_program(MODULE, &server, &home, &variables))
        };
        let (id, secret) = (("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", SECRET));
        assert_eq!(run(&[id, secret]), "region eu-west-1\nok");
        let temporary = [("AWS_ACCESS_KEY_ID", "ASIA1"), secret, ("AWS_SESSION_TOKEN", "c4n4ry-token1")];
        assert_eq!(run(&temporary), "region eu-west-1\nok");
        let wrong = run(&[("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "c4n4ry-wrong")]);
        assert!(wrong.starts_with("region eu-west-1\nfailed: GetEngineStatus: AccessDeniedException (403)"), "{wrong}");
        assert_eq!(
            run(&[]),
            "not built: no usable credentials: neither AWS_ACCESS_KEY_ID nor AWS_SECRET_ACCESS_KEY is set in the environment"
        );
        assert_eq!(
            run(&[secret]),
            "not built: no usable credentials: in the environment, AWS_SECRET_ACCESS_KEY is set but AWS_ACCESS_KEY_ID is not"
        );
        let nowhere = run(&[id, secret, ("AWS_REGION", "")]);
        assert!(nowhere.starts_with("not built: requests are signed for a region"), "{nowhere}");
        let strange = run(&[id, secret, ("AWS_REGION", "a b")]);
        assert!(strange.starts_with("not built: invalid region in the environment or profile"), "{strange}");
    }

    fn profiles_are_read_from_the_files_that_the_environment_names() {
        let (server, home) = (cluster(), Files::new());
        let config = home.write("config", "[default]\nregion = eu-west-1\n[profile far]\nregion = us-east-1\n[profile role]\nrole_arn = x\n");
        let keys = home.write(
            "keys",
            "[default]\naws_access_key_id = AKID\naws_secret_access_key = c4n4ry-secret\n\
             [far]\naws_access_key_id = ASIA2\naws_secret_access_key = c4n4ry-secret\naws_session_token = c4n4ry-token2\n\
             [half]\naws_secret_access_key = c4n4ry-secret\n",
        );
        let run = |source: &str, more: &[(&str, &str)]| {
            let mut variables = vec![
                ("CHILD_SOURCE", source),
                ("AWS_CONFIG_FILE", config.to_str().unwrap()),
                ("AWS_SHARED_CREDENTIALS_FILE", keys.to_str().unwrap()),
            ];
            variables.extend(more);
            said(this_program(MODULE, &server, &home, &variables))
        };
        assert_eq!(run("profile", &[]), "region eu-west-1\nok");
        // Another region, which the cluster is not in.
        let far = run("profile far", &[]);
        assert!(far.starts_with("region us-east-1\nfailed: "), "{far}");
        let variable = [("CHILD_REGION", "1"), ("AWS_REGION", "eu-west-1")];
        assert_eq!(run("profile far", &variable), "region eu-west-1\nok", "the variable comes first");
        assert_eq!(run("profile", &[variable[0], variable[1], ("AWS_PROFILE", "far")]), "region eu-west-1\nok");
        assert_eq!(
            run("profile half", &[]),
            format!(
                "not built: no usable credentials: in profile \"half\" of {}, aws_secret_access_key is set but \
                 aws_access_key_id is not",
                keys.display()
            )
        );
        for (source, expected) in [("profile none", "profile \"none\" not found"), ("profile role", "with the feature aws-config")] {
            let text = run(source, &[]);
            assert!(text.starts_with("not built: ") && text.contains(expected), "{text}");
        }
    }

    fn a_credential_process_runs_again_when_its_keys_were_refused() {
        let (server, home) = (cluster(), Files::new());
        let keys = home.write("process output.json", &json(1, "SessionToken"));
        let config = format!("[default]\nregion = eu-west-1\ncredential_process = cat \"{}\"\n", keys.display());
        let config = home.write("config", &config);
        let variables = [("CHILD_SOURCE", "profile"), ("CHILD_CALLS", "3"), ("AWS_CONFIG_FILE", config.to_str().unwrap())];
        let command = this_program(MODULE, &server, &home, &variables);
        let runs = std::thread::scope(|scope| {
            let runs = scope.spawn(|| said(command));
            assert!(server.wait_until(Duration::from_secs(20), || server.with(|emulator| emulator.executed("GetEngineStatus")) == 1));
            server.with(|emulator| emulator.expire_token("c4n4ry-token1"));
            home.write("process output.json", &json(2, "SessionToken"));
            home.write("changed", "");
            runs.join().unwrap()
        });
        assert_eq!(runs, "region eu-west-1\nok\nok\nok");
        let refused = server.with(|emulator| emulator.received("GetEngineStatus") - emulator.executed("GetEngineStatus"));
        assert_eq!(refused, 1);
    }

    fn a_credential_process_that_fails_is_told_of_without_what_it_says() {
        let (server, home) = (cluster(), Files::new());
        let keys = home.write("nonsense", "c4n4ry is no JSON");
        let config = format!(
            "[profile failing]\nregion = eu-west-1\ncredential_process = cat /c4n4ry\n\
             [profile odd]\nregion = eu-west-1\ncredential_process = cat \"{}\"\n",
            keys.display()
        );
        let config = home.write("config", &config);
        let run = |source: &str| {
            let variables = [("CHILD_SOURCE", source), ("AWS_CONFIG_FILE", config.to_str().unwrap())];
            said(this_program(MODULE, &server, &home, &variables))
        };
        let failing = run("profile failing");
        assert!(failing.contains("failed: ") && failing.contains("the credential process failed: exit status: 1"), "{failing}");
        let odd = run("profile odd");
        assert!(odd.contains("in the output of the credential process, line 1, column 1 is not valid JSON"), "{odd}");
    }

    fn keys_that_expire_in_the_middle_of_a_run_are_replaced_once() {
        let server = cluster();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let client = Client::builder(endpoint(&server))
            .credentials_from(source!(move |refresh: bool| {
                let mut log = log.lock().unwrap();
                log.push(refresh);
                Ok(key(log.len() as u32))
            }))
            .build()
            .unwrap();
        for result in together!(client, 64) {
            result.unwrap();
        }
        server.with(|emulator| emulator.expire_token("c4n4ry-token1"));
        for result in together!(client, 64) {
            result.unwrap();
        }
        assert_eq!(*asked.lock().unwrap(), [false, true]);
        assert_eq!(server.with(|emulator| emulator.executed("GetEngineStatus")), 128);
    }

    fn short_lives_end_unseen() {
        let server = cluster();
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let client = Client::builder(endpoint(&server))
            .credentials_from(source!(move |_: bool| {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                Ok(ending(number, Duration::from_millis(700)))
            }))
            .build()
            .unwrap();
        // 1.4 s: two lives, four halves.
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(1400) {
            wait!(client.send(&GetEngineStatus::new())).unwrap();
        }
        let asked = asked.load(Ordering::SeqCst);
        assert!((3..=5).contains(&asked), "{asked}");
        let calls = server.with(|emulator| (emulator.received("GetEngineStatus"), emulator.executed("GetEngineStatus")));
        assert_eq!(calls.0, calls.1, "none was ever refused");
    }

    fn a_source_that_fails_twice_is_asked_a_third_time() {
        let server = cluster();
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let client = Client::builder(endpoint(&server))
            .credentials_from(source!(move |refresh: bool| {
                assert!(!refresh, "there is nothing yet to refresh");
                match count.fetch_add(1, Ordering::SeqCst) {
                    0 | 1 => Err(CredentialsError::new("the source is away")),
                    _ => Ok(key(1)),
                }
            }))
            .build()
            .unwrap();
        for _ in 0..2 {
            let error = wait!(client.send(&GetEngineStatus::new())).unwrap_err();
            assert_eq!((error.kind(), error.attempts(), error.may_have_executed()), (ErrorKind::Credentials, 0, false));
        }
        wait!(client.send(&GetEngineStatus::new())).unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }

    fn ahead_of_time_failures_harm_nobody_and_are_not_repeated_at_once() {
        let server = cluster();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let client = Client::builder(endpoint(&server))
            .credentials_from(source!(move |refresh: bool| {
                let mut log = log.lock().unwrap();
                log.push(refresh);
                match log.len() {
                    1 => Ok(ending(1, Duration::from_secs(4))),
                    _ => Err(CredentialsError::new("the source is away")),
                }
            }))
            .build()
            .unwrap();
        wait!(client.send(&GetEngineStatus::new())).unwrap();
        std::thread::sleep(Duration::from_millis(2100));
        for _ in 0..5 {
            wait!(client.send(&GetEngineStatus::new())).unwrap();
        }
        assert_eq!(*asked.lock().unwrap(), [false, true]);
    }

    fn of_a_value_that_is_refused_there_is_no_other() {
        let server = cluster();
        let client = Client::new(endpoint(&server), key(1)).unwrap();
        wait!(client.send(&GetEngineStatus::new())).unwrap();
        server.with(|emulator| emulator.expire_token("c4n4ry-token1"));
        let error = wait!(client.send(&GetEngineStatus::new())).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Service(_)), "{error}");
        assert_eq!((error.attempts(), error.may_have_executed()), (1, false));
        assert!(!everything(&error).contains(CANARY));

        let client = Client::new(endpoint(&server), key(2).with_expiry(SystemTime::UNIX_EPOCH)).unwrap();
        let error = wait!(client.send(&GetEngineStatus::new())).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Credentials, 0));
        assert_eq!(
            error.to_string(),
            "GetEngineStatus: no usable credentials: credentials expired at Thu, 01 Jan 1970 00:00:00 GMT, and no credentials \
             provider is configured"
        );
    }

    // Compiled for both: the same names, arguments and results.
    fn every_method_is_on_both() {
        let server = cluster();
        let second = Duration::from_secs(5);
        let options = ClientOptions::new().timeout(second);
        let builder: ClientBuilder = Client::builder(endpoint(&server)).unsigned();
        let builder = builder.credentials(key(1)).region_from_environment().options(options);
        assert!(!format!("{builder:?}").contains(CANARY));
        let client: Client = builder.build().unwrap();
        let built: Result<Client, BuildError> = Client::unsigned(endpoint(&server));
        built.unwrap();
        assert!(matches!(Client::builder(endpoint(&server)).build(), Err(BuildError::NoAuthentication)));
        let none = Client::builder(endpoint(&server)).unsigned().options(ClientOptions::new().max_connections(0));
        assert!(matches!(none.build(), Err(BuildError::NoConnections)));
        let nowhere = Client::builder(endpoint(&server)).unsigned().options(ClientOptions::new().connect_to("a/b"));
        assert!(matches!(nowhere.build(), Err(BuildError::Route(RouteError::ConnectTo(_)))));

        assert_eq!(client.options().get_timeout(), Some(second));
        assert!(client.session().is_signed());
        let request = GetEngineStatus::new();
        let call = client
            .call(&request)
            .options(CallOptions::new())
            .timeout(second)
            .attempt_timeout(second)
            .effect(Effect::Read)
            .max_attempts(2)
            .max_body_bytes(1 << 20)
            .extra("a", 1)
            .extra_query("b", "c")
            .header(http::HeaderName::from_static("x-a"), http::HeaderValue::from_static("b"));
        assert!(!format!("{call:?}").contains(CANARY));
        assert_eq!(wait!(call.send()).unwrap().meta.attempts, 1);
        let exchange = || Exchange::streaming(client.session(), &request, &CallOptions::new(), client.seed());
        assert_eq!(wait!(client.run(exchange())).unwrap().meta.attempts, 1);
        let mut running = client.start(exchange());
        let mut parts = 0;
        while wait!(running.next_item()).unwrap().is_some() {
            parts += 1;
        }
        assert!(parts >= 2 && !format!("{running:?}").contains(CANARY));
        wait!(running.output()).unwrap();
        server.with(|emulator| emulator.fail_next(Planned::late(Duration::from_secs(2))));
        let mut late = exchange();
        late.set_timeout(Duration::from_millis(100));
        let late: Error = wait!(client.start(late).output()).unwrap_err();
        assert_eq!(late.kind(), ErrorKind::Transport(TransportErrorKind::Deadline));
    }
}
