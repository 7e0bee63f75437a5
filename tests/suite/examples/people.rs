//! Tests a small application against a local Neptune that executes its queries.
//!
//! ```text
//! cargo test -p neptunedata-tests --features graph --example people
//! ```
//!
//! Each test starts the emulator in its own process, on a free port, seeds it with openCypher, and calls the
//! application. `tests/emulator/examples` has the same tests in Python and JavaScript.

use std::error::Error;

use neptunedata_blocking::{Client, Endpoint, opencypher::ExecuteOpenCypherQuery};
use neptunedata_emulator::{Config, Emulator, Server};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Row {
    name: String,
}

/// Makes two people know each other, and creates them if they do not exist.
fn befriend(client: &Client, one: &str, other: &str) -> Result<(), Box<dyn Error>> {
    let query = "MERGE (a:Person {name: $one})
        MERGE (b:Person {name: $other})
        MERGE (a)-[:KNOWS]->(b)
        MERGE (b)-[:KNOWS]->(a)";
    let people = json!({ "one": one, "other": other });
    client.send(&ExecuteOpenCypherQuery::new(query).parameters(people))?;
    Ok(())
}

/// The names of the people whom the friends of this person know, in alphabetical order.
fn friends_of_friends(client: &Client, person: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let query = "MATCH (p:Person {name: $person})-[:KNOWS]->(:Person)-[:KNOWS]->(other:Person)
        WHERE other.name <> $person
        RETURN DISTINCT other.name AS name ORDER BY name";
    let query = ExecuteOpenCypherQuery::new(query).parameters(json!({ "person": person }));
    let rows: Vec<Row> = client.send(&query)?.rows()?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// A Neptune with four people, and a client for it. The server stops when it is dropped.
fn start() -> Result<(Server, Client), Box<dyn Error>> {
    let server = Server::start(Emulator::new(Config::default().graph_engine(true)))?;
    let client = Client::unsigned(Endpoint::parse(&server.endpoint())?)?;
    let query = "UNWIND $known AS pair
        MERGE (a:Person {name: pair[0]})
        MERGE (b:Person {name: pair[1]})
        MERGE (a)-[:KNOWS]->(b)";
    let known = json!({ "known": [["ada", "grace"], ["grace", "alan"], ["alan", "edsger"]] });
    client.send(&ExecuteOpenCypherQuery::new(query).parameters(known))?;
    Ok((server, client))
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, client) = start()?;
    befriend(&client, "grace", "barbara")?;
    println!("{:?}", friends_of_friends(&client, "ada")?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use neptunedata_emulator::PlannedFault;

    use super::*;

    #[test]
    fn friends_of_friends_are_found() -> Result<(), Box<dyn Error>> {
        let (_server, client) = start()?;
        assert_eq!(friends_of_friends(&client, "ada")?, ["alan"]);
        assert!(friends_of_friends(&client, "edsger")?.is_empty());
        Ok(())
    }

    #[test]
    fn new_people_can_be_friends() -> Result<(), Box<dyn Error>> {
        let (_server, client) = start()?;
        befriend(&client, "edsger", "barbara")?;
        befriend(&client, "edsger", "barbara")?;
        assert_eq!(friends_of_friends(&client, "alan")?, ["barbara"]);
        Ok(())
    }

    #[test]
    fn a_throttled_query_is_sent_again() -> Result<(), Box<dyn Error>> {
        let (server, client) = start()?;
        let fault =
            PlannedFault::error("ThrottlingException", "Later.").on("ExecuteOpenCypherQuery");
        server.with(|emulator| {
            emulator.clear_log();
            emulator.fail_next(fault);
        });
        assert_eq!(friends_of_friends(&client, "ada")?, ["alan"]);
        assert_eq!(
            server.with(|emulator| emulator.received("ExecuteOpenCypherQuery")),
            2
        );
        Ok(())
    }
}
