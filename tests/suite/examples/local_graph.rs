//! A tour of a local Neptune: creates nodes, loads CSV files, queries, follows the stream and reads the summary.
//!
//! ```text
//! cargo run --example local_graph
//! ```
//!
//! The emulator runs in this process. `tests/emulator/examples/python/tour.py` is the same with boto3.

use std::{error::Error, time::Duration};

use neptunedata_blocking::{
    Client, Endpoint,
    changes::{ChangesOptions, StartPosition},
    loader::{LoadFormat, StartLoaderJob},
    opencypher::ExecuteOpenCypherQuery,
    streams::GetPropertygraphStream,
    summary::GetPropertygraphSummary,
    types::{IamRoleArn, S3BucketRegion, S3Uri},
    wait::waiters::LoadCompleted,
};
use neptunedata_emulator::{Config, Emulator, Files, Server};
use serde::Deserialize;
use serde_json::json;

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../emulator/examples/tour");

#[derive(Deserialize)]
struct Friend {
    name: String,
    born: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let config = Config::default()
        .graph_engine(true)
        .streams(true)
        .s3("s3://tour", Files::folder(FILES))
        .load_duration(Duration::from_millis(100));
    let server = Server::start(Emulator::new(config))?;
    let client = Client::unsigned(Endpoint::parse(&server.endpoint())?)?;

    // `~id` is the id of the node.
    let towns = json!({ "towns": [
        { "id": "london", "name": "London" },
        { "id": "paris", "name": "Paris" },
    ] });
    let merge = "UNWIND $towns AS town MERGE (t:Town {`~id`: town.id}) SET t.name = town.name";
    client.send(&ExecuteOpenCypherQuery::new(merge).parameters(towns))?;
    println!("created two towns");

    let load = client.send(&StartLoaderJob::new(
        S3Uri::new("s3://tour/"),
        LoadFormat::Csv,
        S3BucketRegion::new("us-east-1"),
        IamRoleArn::new("arn:aws:iam::123456789012:role/any"),
    ))?;
    let loaded = client
        .wait(LoadCompleted::new(load.require_id()?))
        .interval(Duration::from_millis(50))
        .run()?;
    let status = loaded.result.status().overall_status.as_ref();
    let records = status.and_then(|status| status.total_records);
    println!("loaded {} records", records.unwrap_or_default());

    let move_in =
        "MATCH (p:Person {name: 'Ada'}), (t:Town {name: 'London'}) CREATE (p)-[:LIVES_IN]->(t)";
    client.send(&ExecuteOpenCypherQuery::new(move_in))?;
    let friends = "MATCH (:Town {name: $town})<-[:LIVES_IN]-()-[:KNOWS*1..2]->(friend)
        RETURN friend.name AS name, friend.born AS born ORDER BY name";
    let friends = ExecuteOpenCypherQuery::new(friends).parameters(json!({ "town": "London" }));
    for friend in client.rows::<Friend>(&friends) {
        let Friend { name, born } = friend?;
        println!("Londoners know {name}, born in {born}");
    }

    let (start, to_the_end) = (
        StartPosition::TrimHorizon,
        ChangesOptions::new().stop_at_end(),
    );
    let changes = client.changes_with::<GetPropertygraphStream>(start, to_the_end);
    for transaction in changes {
        let transaction = transaction?;
        let (number, records) = (transaction.commit_num, transaction.records.len());
        println!("commit {number} of the stream has {records} records");
    }

    let summary = client.send(&GetPropertygraphSummary::new())?.payload;
    let summary = summary.and_then(|it| it.graph_summary).unwrap_or_default();
    println!(
        "the graph has {} nodes {:?} and {} edges {:?}",
        summary.num_nodes.unwrap_or_default(),
        summary.node_labels.unwrap_or_default(),
        summary.num_edges.unwrap_or_default(),
        summary.edge_labels.unwrap_or_default(),
    );
    Ok(())
}
