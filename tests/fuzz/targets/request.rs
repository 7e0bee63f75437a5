//! Any JSON as the input of any operation, any text as an endpoint: a request that parses back, or a
//! typed error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neptunedata::{Credentials, Endpoint, dynamic};

fuzz_target!(|data: &[u8]| {
    let [operation, rest @ ..] = data else { return };
    let operations = neptunedata::catalog::OPERATIONS;
    let info = operations[usize::from(*operation) % operations.len()];
    let text = String::from_utf8_lossy(rest);
    let (endpoint, input) = text
        .split_once('\n')
        .unwrap_or(("http://localhost:8182", &text));
    let endpoint = Endpoint::parse(endpoint)
        .unwrap_or_else(|_| Endpoint::parse("http://localhost:8182").unwrap());
    assert_eq!(
        Endpoint::parse(endpoint.url())
            .map(|again| again.url().to_owned())
            .as_deref(),
        Ok(endpoint.url())
    );
    let Ok(input) = serde_json::from_str(input) else {
        return;
    };
    if let Ok(mut request) = dynamic::request(info.name, &input, &endpoint) {
        assert!(request.uri().to_string().starts_with(endpoint.url()));
        let credentials = Credentials::new("AKIDEXAMPLE", "secret");
        let now = std::time::SystemTime::UNIX_EPOCH;
        neptunedata::sign(&mut request, &credentials, "us-east-1", now).unwrap();
    }
});
