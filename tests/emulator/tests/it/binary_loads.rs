//! The binary with a folder as a bucket.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::binary::{complaint, exchange, start};
use crate::loader::body;
use crate::support::{Json, assert_contains};

/// A folder of this test, removed when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let name = format!("neptune-emulator-{}-{name}", std::process::id());
        let folder = Self(std::env::temp_dir().join(name));
        for (name, content) in files {
            let path = folder.0.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("created");
            fs::write(path, content).expect("written");
        }
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The folder may have been removed already.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The JSON of a response.
fn ask(endpoint: &str, target: &str, media_type: &str, body: &str) -> Value {
    let method = if body.is_empty() { "GET" } else { "POST" };
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\ncontent-type: {media_type}\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    let answer = exchange(endpoint, &request);
    let start = answer.find(['{', '[']).expect("JSON");
    let end = answer.rfind(['}', ']']).expect("JSON");
    serde_json::from_str(&answer[start..=end]).expect("JSON")
}

/// Loads the folder `k` of the bucket `b`, and waits for the end.
fn load(endpoint: &str, format: &str) -> Value {
    let mut request = body("k");
    request["format"] = json!(format);
    let started = ask(
        endpoint,
        "/loader",
        "application/json",
        &request.to_string(),
    );
    let id = started["payload"]["loadId"].as_str().expect("an id");
    loop {
        let status = ask(endpoint, &format!("/loader/{id}?details=true"), "", "");
        if status["payload"]["overallStatus"]["status"] != "LOAD_IN_PROGRESS" {
            return status["payload"].clone();
        }
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_folder_is_a_bucket() {
    let folder = Folder::new(
        "bucket",
        &[
            ("k/1.nt", "<urn:a> <urn:p> \"x\" .\n"),
            ("k/more/2.nt", "<urn:b> <urn:p> \"x\" .\n"),
            ("k/.hidden", "x"),
            ("other/3.nt", "x"),
        ],
    );
    let bucket = format!("s3://b={}", folder.0.display());
    let (_running, endpoint) = start(&["--rdf-engine", "--load-seconds=0.05", "--s3", &bucket]);
    // A load waits for an update that runs at its end, and does not keep the update from ending.
    let values = |name: &str| format!("VALUES+?{name}+%7B1+2+3+4+5+6+7+8+9+0%7D+");
    let values: String = ["a", "b", "c", "d", "e"].map(values).concat();
    let update = format!(
        "update=INSERT+%7B<urn:c>+<urn:q>+?n%7D+WHERE+%7BSELECT+(COUNT(*)+AS+?n)+WHERE+%7B{values}%7D%7D"
    );
    let ended = thread::scope(|scope| {
        scope.spawn(|| {
            ask(
                &endpoint,
                "/sparql",
                "application/x-www-form-urlencoded",
                &update,
            )
        });
        load(&endpoint, "ntriples")
    });
    ended.has(json!({
        "feedCount": [{ "LOAD_COMPLETED": 2 }],
        "overallStatus": { "status": "LOAD_COMPLETED", "totalRecords": 2 },
    }));
    let query = "query=SELECT+(COUNT(*)+AS+?n)+%7B?s+<urn:p>+?o%7D";
    let found = ask(
        &endpoint,
        "/sparql",
        "application/x-www-form-urlencoded",
        query,
    );
    assert_eq!(found["results"]["bindings"][0]["n"]["value"], "2");
}

#[test]
fn a_folder_is_loaded_at_the_start() {
    let folder = Folder::new("data", &[("more/2.ttl", "<urn:a> <urn:p> 1, 2 .")]);
    let path = folder.0.display().to_string();
    let (_running, endpoint) = start(&["--rdf-engine", "--data", &path]);
    let query = "query=ASK+%7B<urn:a>+<urn:p>+1,2%7D";
    let found = ask(
        &endpoint,
        "/sparql",
        "application/x-www-form-urlencoded",
        query,
    );
    assert_eq!(found["boolean"], true);

    let text = complaint(&["--data", &path], 1);
    assert_contains(&text, "more/2.ttl");
    let missing = format!("{path}/missing");
    let text = complaint(&["--rdf-engine", "--data", &missing], 1);
    assert_contains(&text, "missing");
    fs::write(folder.0.join("3.nt"), "<urn:a> .").expect("written");
    let text = complaint(&["--rdf-engine", "--data", &path], 1);
    assert_contains(&text, "3.nt: record 1: ");
}
