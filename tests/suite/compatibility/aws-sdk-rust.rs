//! Calls the emulator with the AWS SDK for Rust. It is not built with the workspace; README.md says how to run it.

use aws_sdk_neptunedata::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_neptunedata::error::DisplayErrorContext;
use aws_sdk_neptunedata::types::StatisticsAutoGenerationMode;
use aws_sdk_neptunedata::{Client, Config};

fn say<T: std::fmt::Debug>(name: &str, result: Result<T, impl std::error::Error>) {
    let text = match result {
        Ok(value) => format!("works: {value:?}"),
        Err(error) => format!("fails: {}", DisplayErrorContext(error)),
    };
    println!("{name} | {}", text.chars().take(200).collect::<String>());
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args().nth(1).expect("the URL of the emulator");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(
            "AKIDEXAMPLE",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            None,
            None,
            "example",
        ))
        .endpoint_url(url)
        .build();
    let client = Client::from_conf(config);
    let status = client.get_engine_status().send().await;
    say("get_engine_status", status.map(|it| it.status));
    let cypher = "MATCH (n) RETURN n.name AS name";
    let query = client.execute_open_cypher_query().open_cypher_query(cypher);
    say("execute_open_cypher_query", query.send().await.map(|it| it.results));
    let query = client.execute_gremlin_query().gremlin_query("g.V().valueMap()");
    say("execute_gremlin_query", query.send().await.map(|it| it.result));
    let refresh = client.manage_propertygraph_statistics();
    let refresh = refresh.mode(StatisticsAutoGenerationMode::Refresh);
    say("manage_propertygraph_statistics", refresh.send().await.map(|it| it.payload));
    let list = client.list_ml_endpoints().max_items(5);
    say("list_ml_endpoints", list.send().await.map(|it| it.ids));
    let cancel = client.cancel_gremlin_query().query_id("none");
    say("cancel_gremlin_query, unknown id", cancel.send().await.map(|it| it.status));
}
