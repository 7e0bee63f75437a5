//! Random writes in openCypher: the graph agrees with a model, and the change stream, applied to an empty cluster, gives
//! the same graph.

use std::collections::{BTreeMap, BTreeSet};

use neptunedata_emulator::Emulator;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::graph_streams::{emulator, query, run};
use crate::support::{Ask, stream};

const IDS: [&str; 4] = ["n1", "n2", "n'3", "\u{e4} 4"];
const EDGES: [&str; 3] = ["e1", "e2", "e3"];
const LABELS: [&str; 3] = ["A", "B", "vertex"];
const TYPES: [&str; 2] = ["KNOWS", "LIKES"];
const KEYS: [&str; 3] = ["k", "name", "a b"];

const TIME: &str = "2024-02-03T04:05:06.007Z";

type Properties = BTreeMap<&'static str, Value>;

/// The graph as it should be.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    nodes: BTreeMap<&'static str, (BTreeSet<&'static str>, Properties)>,
    edges: BTreeMap<&'static str, (&'static str, &'static str, &'static str, Properties)>,
}

/// A write.
#[derive(Clone, Debug)]
enum Write {
    Create(&'static str, BTreeSet<&'static str>, Properties),
    /// Merges nodes by label and id, and sets a property.
    Merge(&'static str, Vec<(&'static str, Value)>),
    Connect(
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        Properties,
    ),
    Set(&'static str, &'static str, Value),
    SetTime(&'static str, &'static str),
    SetAll(&'static str, Properties),
    AddAll(&'static str, Properties),
    Remove(&'static str, &'static str),
    SetLabelled(&'static str, &'static str, Value),
    AddLabel(&'static str, &'static str),
    RemoveLabel(&'static str, &'static str),
    SetEdge(&'static str, &'static str, Value),
    Delete(&'static str),
    DetachDelete(&'static str),
    DeleteEdges(&'static str),
}

fn any_of(names: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    select(names)
}

fn values() -> impl Strategy<Value = Value> {
    select(vec![
        json!(0),
        json!(-7),
        json!(i64::MAX),
        json!(1.0),
        json!(-0.25),
        json!(true),
        json!(""),
        json!("it's \"\u{1f98e}\"\n"),
    ])
}

fn properties() -> impl Strategy<Value = Properties> {
    btree_map(any_of(&KEYS), values(), 0..3)
}

fn writes() -> impl Strategy<Value = Write> {
    use Write::*;

    let ids = || any_of(&IDS);
    let labels = || any_of(&LABELS);
    let keys = || any_of(&KEYS);
    let merged = vec((ids(), values()), 1..4);
    let created = proptest::collection::btree_set(labels(), 0..3);
    prop_oneof![
        4 => (ids(), created, properties()).prop_map(|(id, labels, all)| Create(id, labels, all)),
        2 => (labels(), merged).prop_map(|(label, rows)| Merge(label, rows)),
        4 => (any_of(&EDGES), any_of(&TYPES), ids(), ids(), properties())
            .prop_map(|(id, label, from, to, all)| Connect(id, label, from, to, all)),
        2 => (ids(), keys(), values()).prop_map(|(id, key, value)| Set(id, key, value)),
        1 => (ids(), keys()).prop_map(|(id, key)| SetTime(id, key)),
        1 => (ids(), properties()).prop_map(|(id, all)| SetAll(id, all)),
        1 => (ids(), properties()).prop_map(|(id, all)| AddAll(id, all)),
        1 => (ids(), keys()).prop_map(|(id, key)| Remove(id, key)),
        1 => (labels(), keys(), values()).prop_map(|(label, key, value)| SetLabelled(label, key, value)),
        1 => (ids(), labels()).prop_map(|(id, label)| AddLabel(id, label)),
        1 => (ids(), labels()).prop_map(|(id, label)| RemoveLabel(id, label)),
        1 => (any_of(&EDGES), keys(), values()).prop_map(|(id, key, value)| SetEdge(id, key, value)),
        1 => ids().prop_map(Delete),
        1 => ids().prop_map(DetachDelete),
        1 => any_of(&TYPES).prop_map(DeleteEdges),
    ]
}

/// A map in a pattern, with an id and properties.
fn map(id: &str, properties: &Properties) -> (String, Value) {
    let names = properties.keys().enumerate();
    let entries: String = names
        .map(|(number, key)| format!(", `{key}`: $p{number}"))
        .collect();
    let mut parameters = json!({ "id": id });
    for (number, value) in properties.values().enumerate() {
        parameters[format!("p{number}")] = value.clone();
    }
    (format!("{{`~id`: $id{entries}}}"), parameters)
}

impl Write {
    /// The text and its parameters.
    fn query(&self) -> (String, Value) {
        const NODE: &str = "MATCH (n {`~id`: $id})";

        match self {
            Self::Create(id, labels, properties) => {
                let labels: String = labels.iter().map(|label| format!(":{label}")).collect();
                let (map, parameters) = map(id, properties);
                (format!("CREATE (n{labels} {map})"), parameters)
            }
            Self::Merge(label, rows) => {
                let rows: Vec<_> = rows
                    .iter()
                    .map(|(id, value)| json!({ "id": id, "value": value }))
                    .collect();
                let text = format!(
                    "UNWIND $rows AS row MERGE (n:{label} {{`~id`: row.id}}) SET n.k = row.value"
                );
                (text, json!({ "rows": rows }))
            }
            Self::Connect(id, label, from, to, properties) => {
                let (map, mut parameters) = map(id, properties);
                parameters["from"] = json!(from);
                parameters["to"] = json!(to);
                let text = format!(
                    "MATCH (a {{`~id`: $from}}), (b {{`~id`: $to}}) CREATE (a)-[:{label} {map}]->(b)"
                );
                (text, parameters)
            }
            Self::Set(id, key, value) => (
                format!("{NODE} SET n.`{key}` = $value"),
                json!({ "id": id, "value": value }),
            ),
            Self::SetTime(id, key) => (
                format!("{NODE} SET n.`{key}` = datetime('{TIME}')"),
                json!({ "id": id }),
            ),
            Self::SetAll(id, properties) => (
                format!("{NODE} SET n = $given"),
                json!({ "id": id, "given": properties }),
            ),
            Self::AddAll(id, properties) => (
                format!("{NODE} SET n += $given"),
                json!({ "id": id, "given": properties }),
            ),
            Self::Remove(id, key) => (format!("{NODE} REMOVE n.`{key}`"), json!({ "id": id })),
            Self::SetLabelled(label, key, value) => (
                format!("MATCH (n:{label}) SET n.`{key}` = $value"),
                json!({ "value": value }),
            ),
            Self::AddLabel(id, label) => (format!("{NODE} SET n:{label}"), json!({ "id": id })),
            Self::RemoveLabel(id, label) => {
                (format!("{NODE} REMOVE n:{label}"), json!({ "id": id }))
            }
            Self::SetEdge(id, key, value) => (
                format!("MATCH ()-[r {{`~id`: $id}}]->() SET r.`{key}` = $value"),
                json!({ "id": id, "value": value }),
            ),
            Self::Delete(id) => (format!("{NODE} DELETE n"), json!({ "id": id })),
            Self::DetachDelete(id) => (format!("{NODE} DETACH DELETE n"), json!({ "id": id })),
            Self::DeleteEdges(label) => (format!("MATCH ()-[r:{label}]->() DELETE r"), json!({})),
        }
    }

    /// Executes it in the model. `None` if it fails.
    fn model(&self, mut model: Model) -> Option<Model> {
        let Model { nodes, edges } = &mut model;
        match self {
            Self::Create(id, labels, properties) => {
                let mut labels = labels.clone();
                if labels.is_empty() {
                    labels.insert("vertex");
                }
                if nodes.insert(id, (labels, properties.clone())).is_some() {
                    return None;
                }
            }
            Self::Merge(label, rows) => {
                for (id, value) in rows {
                    let merged = || (BTreeSet::from([*label]), Properties::new());
                    let (labels, properties) = nodes.entry(id).or_insert_with(merged);
                    if !labels.contains(label) {
                        return None;
                    }
                    properties.insert("k", value.clone());
                }
            }
            Self::Connect(id, label, from, to, properties) => {
                if nodes.contains_key(from) && nodes.contains_key(to) {
                    let edge = (*label, *from, *to, properties.clone());
                    if edges.insert(id, edge).is_some() {
                        return None;
                    }
                }
            }
            Self::Set(id, key, value) => {
                if let Some((_, properties)) = nodes.get_mut(id) {
                    properties.insert(key, value.clone());
                }
            }
            Self::SetTime(id, key) => {
                if let Some((_, properties)) = nodes.get_mut(id) {
                    properties.insert(key, json!({ "~datetime": TIME }));
                }
            }
            Self::SetAll(id, all) => {
                if let Some((_, properties)) = nodes.get_mut(id) {
                    properties.clone_from(all);
                }
            }
            Self::AddAll(id, all) => {
                if let Some((_, properties)) = nodes.get_mut(id) {
                    properties.extend(all.clone());
                }
            }
            Self::Remove(id, key) => {
                if let Some((_, properties)) = nodes.get_mut(id) {
                    properties.remove(key);
                }
            }
            Self::SetLabelled(label, key, value) => {
                for (_, properties) in nodes
                    .values_mut()
                    .filter(|(labels, _)| labels.contains(label))
                {
                    properties.insert(key, value.clone());
                }
            }
            Self::AddLabel(id, label) => {
                if let Some((labels, _)) = nodes.get_mut(id) {
                    labels.insert(label);
                }
            }
            Self::RemoveLabel(id, label) => {
                if let Some((labels, _)) = nodes.get_mut(id) {
                    labels.remove(label);
                    if labels.is_empty() {
                        return None;
                    }
                }
            }
            Self::SetEdge(id, key, value) => {
                if let Some((.., properties)) = edges.get_mut(id) {
                    properties.insert(key, value.clone());
                }
            }
            Self::Delete(id) => {
                if edges
                    .values()
                    .any(|(_, from, to, _)| from == id || to == id)
                {
                    return None;
                }
                nodes.remove(id);
            }
            Self::DetachDelete(id) => {
                edges.retain(|_, (_, from, to, _)| from != id && to != id);
                nodes.remove(id);
            }
            Self::DeleteEdges(label) => edges.retain(|_, (it, ..)| it != label),
        }
        Some(model)
    }
}

/// The answers with all nodes and all edges, in the order of their ids.
fn stored(neptune: &mut Emulator) -> (Vec<Value>, Vec<Value>) {
    let sorted = |mut rows: Vec<Value>| {
        let mut elements: Vec<_> = rows.iter_mut().map(|row| row["x"].take()).collect();
        for labels in elements.iter_mut().filter_map(|it| it.get_mut("~labels")) {
            let labels = labels.as_array_mut().expect("labels");
            labels.sort_by_key(Value::to_string);
        }
        elements.sort_by_key(|element| element["~id"].to_string());
        elements
    };
    let nodes = run(neptune, "MATCH (x) RETURN x", &json!({}));
    let edges = run(neptune, "MATCH ()-[x]->() RETURN x", &json!({}));
    (sorted(nodes), sorted(edges))
}

impl Model {
    /// The answers that the engine should give.
    fn expected(&self) -> (Vec<Value>, Vec<Value>) {
        let nodes = self.nodes.iter().map(|(id, (labels, properties))| {
            json!({ "~id": id, "~entityType": "node", "~labels": labels, "~properties": properties })
        });
        let edges = self.edges.iter().map(|(id, (label, from, to, properties))| {
            json!({ "~id": id, "~entityType": "relationship", "~start": from, "~end": to, "~type": label,
                    "~properties": properties })
        });
        let sorted = |elements: Vec<Value>| {
            let mut elements = elements;
            elements.sort_by_key(|element| element["~id"].to_string());
            elements
        };
        (sorted(nodes.collect()), sorted(edges.collect()))
    }
}

/// A follower of the change stream. It knows the labels of nodes, because the first one creates a node.
#[derive(Default)]
struct Follower {
    labels: BTreeMap<String, usize>,
}

impl Follower {
    /// Applies a record.
    fn apply(&mut self, copy: &mut Emulator, record: &Value) {
        let data = &record["data"];
        let text = |name: &str| data[name].as_str().expect("text");
        let (id, key, value) = (text("id"), text("key"), &data["value"]["value"]);
        let label = value.as_str().unwrap_or_default();
        let is_added = record["op"] == "ADD";
        let node = "MATCH (x {`~id`: $id})";
        let edge = "MATCH ()-[x {`~id`: $id}]->()";
        let property = |element: &str| {
            if is_added && data["value"]["dataType"] == "Date" {
                format!("{element} SET x.`{key}` = datetime($value)")
            } else if is_added {
                format!("{element} SET x.`{key}` = $value")
            } else {
                format!("{element} REMOVE x.`{key}`")
            }
        };
        let text = match (text("type"), is_added) {
            ("vl", true) => {
                let labels = self.labels.entry(id.to_owned()).or_default();
                *labels += 1;
                if *labels == 1 {
                    format!("CREATE (:{label} {{`~id`: $id}})")
                } else {
                    format!("{node} SET x:{label}")
                }
            }
            ("vl", false) => {
                let labels = self.labels.get_mut(id).expect("a node");
                *labels -= 1;
                if *labels == 0 {
                    format!("{node} DELETE x")
                } else {
                    format!("{node} REMOVE x:{label}")
                }
            }
            ("e", true) => format!(
                "MATCH (a {{`~id`: $from}}), (b {{`~id`: $to}}) CREATE (a)-[:{label} {{`~id`: $id}}]->(b)"
            ),
            ("e", false) => format!("{edge} DELETE x"),
            ("vp", _) => property(node),
            ("ep", _) => property(edge),
            (other, _) => panic!("unknown type {other}"),
        };
        let parameters =
            json!({ "id": id, "value": value, "from": data["from"], "to": data["to"] });
        run(copy, &text, &parameters);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_change_stream_gives_the_same_graph(writes in vec(writes(), 1..16)) {
        let mut neptune = emulator();
        let mut model = Model::default();
        let mut commits = 0;
        for write in &writes {
            let (text, parameters) = write.query();
            let answer = neptune.answer(query(&text, &parameters));
            let after = write.model(model.clone());
            let context = format!("{write:?}: {answer:?}");
            prop_assert_eq!(answer.status().is_success(), after.is_some(), "{}", context);
            let after = after.unwrap_or_else(|| model.clone());
            commits += usize::from(after != model);
            model = after;
            prop_assert_eq!(stored(&mut neptune), model.expected(), "{}", context);
        }
        let followed = stream(&mut neptune, "/propertygraph/stream");
        prop_assert_eq!(followed.len(), commits);
        let mut copy = emulator();
        let mut follower = Follower::default();
        for record in followed.iter().flatten() {
            follower.apply(&mut copy, record);
        }
        prop_assert_eq!(stored(&mut copy), model.expected());

        let summary = neptune.get("/propertygraph/statistics/summary")["payload"]["graphSummary"].take();
        let nodes = model.nodes.values();
        let values: usize = nodes.map(|(_, properties)| properties.len()).sum();
        let labels: BTreeSet<_> = model.nodes.values().flat_map(|(labels, _)| labels).collect();
        prop_assert_eq!(&summary["numNodes"], model.nodes.len());
        prop_assert_eq!(&summary["numEdges"], model.edges.len());
        prop_assert_eq!(&summary["totalNodePropertyValues"], values);
        prop_assert_eq!(&summary["nodeLabels"], &json!(labels));
    }
}
