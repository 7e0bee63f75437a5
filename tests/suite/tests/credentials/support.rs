//! A cluster that checks credentials, profile files, and child processes with an environment of their own.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use neptunedata::{Endpoint, engine::GetEngineStatus};
use neptunedata_emulator::{Config, Emulator, Identity, Server};
use neptunedata_tests::client::{Client, Driver};

pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const SECRET: &str = "c4n4ry-secret";
/// Part of each secret value: no output may contain it.
pub(crate) const CANARY: &str = "c4n4ry";

/// A cluster that accepts `ASIA1` to `ASIA9` with the tokens `c4n4ry-token1` to `9`, and `AKID` without.
pub(crate) fn cluster() -> Server {
    let mut config = Config::default()
        .region(REGION)
        .identity(Identity::new("AKID", SECRET));
    for number in 1..10 {
        let identity = Identity::new(format!("ASIA{number}"), SECRET);
        config = config.identity(identity.session_token(token(number)));
    }
    Server::start(Emulator::new(config)).unwrap()
}

pub(crate) fn token(number: u32) -> String {
    format!("c4n4ry-token{number}")
}

/// The answer of a credential process, an instance or a container.
pub(crate) fn json(number: u32, token_name: &str) -> String {
    format!(
        r#"{{"Version":1,"Code":"Success","Type":"AWS-HMAC","LastUpdated":"2020-01-01T00:00:00Z","AccessKeyId":"ASIA{number}",
        "SecretAccessKey":"{SECRET}","{token_name}":"{}","Expiration":"2099-01-01T00:00:00Z"}}"#,
        token(number)
    )
}

/// A directory for one test, removed when it is dropped.
pub(crate) struct Files(PathBuf);

impl Files {
    pub(crate) fn new() -> Files {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("neptunedata-credentials-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Files(path)
    }

    /// Writes a file atomically, so that readers never see a part of it.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let (path, draft) = (self.0.join(name), self.0.join("draft"));
        std::fs::write(&draft, text).unwrap();
        std::fs::rename(draft, &path).unwrap();
        path
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The endpoint of a cluster, with its region.
pub(crate) fn endpoint(server: &Server) -> Endpoint {
    let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
    endpoint.with_region(REGION).unwrap()
}

/// 64 calls at once.
pub(crate) fn together(client: &Client) {
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| client.send(&GetEngineStatus::new()).unwrap());
        }
    });
}

/// Everything that can be printed of an error.
pub(crate) fn everything(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    text.replace('\n', " ")
}

/// In a child: the client and the endpoint that the parent wants.
pub(crate) fn child() -> (Driver, Endpoint) {
    let name = std::env::var("CHILD_DRIVER").unwrap();
    let is_it = |driver: &Driver| driver.to_string() == name;
    let driver = Driver::ALL.into_iter().find(is_it).unwrap();
    let address = std::env::var("CHILD_ENDPOINT").unwrap();
    (driver, Endpoint::parse(&address).unwrap())
}

/// This test program once more, to run its test `child_process` with these variables and no others.
pub(crate) fn this_program(
    driver: Driver,
    server: &Server,
    home: &Files,
    variables: &[(&str, &str)],
) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["child_process", "--exact", "--ignored", "--nocapture"])
        .env_clear()
        .env("CHILD_DRIVER", driver.to_string())
        .env("CHILD_ENDPOINT", server.endpoint())
        .env("HOME", home.path())
        // Only the sources that a test configures are asked.
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// What the child says of itself; everything that it printed shows no secret.
pub(crate) fn said(mut command: Command) -> String {
    let output = command.output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed).into_owned();
    assert!(!printed.contains(CANARY), "a secret is shown: {printed}");
    let lines = printed.lines().filter_map(|line| {
        let (_, said) = line.split_once("SAYS ")?;
        Some(said)
    });
    let said: Vec<_> = lines.collect();
    assert!(!said.is_empty(), "{printed}");
    said.join("\n")
}
