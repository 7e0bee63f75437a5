//! Changes of the property graph as records of the change stream.

use serde_json::{Value as Json, json};

use super::{Element, ElementChange, Op, Value, results};
use crate::Change;

/// A record for each change
/// ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/streams-change-formats.html)).
pub(super) fn records(changes: &[ElementChange]) -> Vec<Change> {
    changes.iter().map(record).collect()
}

fn record(change: &ElementChange) -> Change {
    let (op, data) = match change {
        ElementChange::Label { op, node, label } => (op, data(node, "vl", "label", text(label))),
        ElementChange::Edge {
            op,
            id,
            label,
            from,
            to,
        } => {
            let mut data = data(id, "e", "label", text(label));
            data["from"] = from.as_str().into();
            data["to"] = to.as_str().into();
            (op, data)
        }
        ElementChange::Property {
            op,
            of,
            id,
            key,
            value,
        } => {
            let kind = match of {
                Element::Node => "vp",
                Element::Edge => "ep",
            };
            (op, data(id, kind, key, typed(value)))
        }
    };
    match op {
        Op::Add => Change::add(data),
        Op::Remove => Change::remove(data),
    }
}

fn data(id: &str, kind: &str, key: &str, value: Json) -> Json {
    json!({ "id": id, "type": kind, "key": key, "value": value })
}

fn text(text: &str) -> Json {
    json!({ "value": text, "dataType": "String" })
}

/// The value of a property with its type. The guide names only `String`; the other names, and dates as texts, are
/// those of AWS's [export tool](https://github.com/awslabs/neptune-export), which writes the same form.
fn typed(value: &Value) -> Json {
    let (value, data_type) = match value {
        Value::Bool(value) => (json!(value), "Boolean"),
        Value::Int(value) => (json!(value), "Long"),
        Value::Float(_) => (json!(value), "Double"),
        Value::DateTime(millis) => (results::iso(*millis).into(), "Date"),
        // Properties have no other values than texts.
        _ => (json!(value), "String"),
    };
    json!({ "value": value, "dataType": data_type })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_records() {
        let (add, remove) = (Op::Add, Op::Remove);
        let node = || "n".to_owned();
        let property = |op, value| ElementChange::property(op, Element::Node, "n", "k", value);
        let vp = |value: Json, data_type: &str| json!({ "id": "n", "type": "vp", "key": "k", "value": { "value": value, "dataType": data_type } });
        let changes = [
            ElementChange::Label {
                op: add,
                node: node(),
                label: "A".to_owned(),
            },
            property(add, Value::Bool(true)),
            property(add, Value::Int(i64::MAX)),
            property(add, Value::Float(1.0)),
            property(add, Value::Float(f64::NAN)),
            property(add, Value::DateTime(1_704_067_200_001)),
            property(remove, Value::String("\n".to_owned())),
            ElementChange::Edge {
                op: remove,
                id: "e".to_owned(),
                label: "KNOWS".to_owned(),
                from: node(),
                to: "m".to_owned(),
            },
            ElementChange::property(add, Element::Edge, "e", "k", Value::Int(-1)),
        ];
        let label = |value: &str| json!({ "value": value, "dataType": "String" });
        let expected = [
            Change::add(json!({ "id": "n", "type": "vl", "key": "label", "value": label("A") })),
            Change::add(vp(json!(true), "Boolean")),
            Change::add(vp(json!(i64::MAX), "Long")),
            Change::add(vp(json!(1.0), "Double")),
            Change::add(vp(json!("NaN"), "Double")),
            Change::add(vp(json!("2024-01-01T00:00:00.001Z"), "Date")),
            Change::remove(vp(json!("\n"), "String")),
            Change::remove(json!({
                "id": "e", "type": "e", "key": "label", "value": label("KNOWS"), "from": "n", "to": "m",
            })),
            Change::add(json!({
                "id": "e", "type": "ep", "key": "k", "value": { "value": -1, "dataType": "Long" },
            })),
        ];
        assert_eq!(records(&changes), expected);
    }
}
