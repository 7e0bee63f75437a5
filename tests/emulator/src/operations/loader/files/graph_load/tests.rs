use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::graph::PropertyGraph;
use crate::operations::loader::script::LoadError;

const GREMLIN: Format = Format::Gremlin;
const OPEN_CYPHER: Format = Format::OpenCypher;

/// What a load did: its changes, the counts of records and duplicates, and the codes and records of its errors.
#[derive(Debug, PartialEq)]
struct Done {
    changes: Vec<String>,
    counts: [u64; 2],
    errors: Vec<(String, i64)>,
}

fn show(change: &ElementChange) -> String {
    let sign = |op: &Op| if *op == Op::Add { '+' } else { '-' };
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    match change {
        ElementChange::Label { op, node, label } => format!("{}{node}:{label}", sign(op)),
        ElementChange::Property {
            op, id, key, value, ..
        } => {
            format!("{}{id}.{key}={}", sign(op), shown(value))
        }
        ElementChange::Edge {
            op,
            id,
            label,
            from,
            to,
        } => format!("{}{from}-[{id}:{label}]->{to}", sign(op)),
    }
}

/// Loads files one after the other, in one load.
fn load_with(settings: &Settings, files: &[&str]) -> Done {
    let mut model = Model::default();
    let mut report = Report {
        fail_on_error: settings.fail_on_error,
        ..Report::default()
    };
    let mut load = GraphLoad {
        model: &mut model,
        ids: &mut Ids::new(7),
        settings,
        report: &mut report,
    };
    let _ = files.iter().try_for_each(|text| load.file(text));
    let code = |error: LoadError| (error.code, error.record);
    Done {
        changes: model.changes.iter().map(show).collect(),
        counts: [report.records, report.duplicates],
        errors: report.errors.into_iter().map(code).collect(),
    }
}

fn settings(format: Format) -> Settings {
    Settings {
        fail_on_error: false,
        ..Settings::new(format)
    }
}

#[track_caller]
fn check(
    format: Format,
    files: &[&str],
    changes: &[&str],
    counts: [u64; 2],
    errors: &[(&str, i64)],
) {
    let done = load_with(&settings(format), files);
    let errors = errors.iter().map(|(code, at)| ((*code).to_owned(), *at));
    let expected = Done {
        changes: changes.iter().map(|it| (*it).to_owned()).collect(),
        counts,
        errors: errors.collect(),
    };
    assert_eq!(done, expected, "{files:?}");
}

/// The examples of the guide's pages about the formats and about counts.
#[test]
fn examples_of_the_guide() {
    let nodes = "~id,name:String,age:Int,lang:String,interests:String[],~label\n\
                 v1,\"marko\",29,,\"sailing;graphs\",person\nv2,\"lop\",,\"java\",,software\n";
    let edges = "~id,~from,~to,~label,weight:Double\ne1,v1,v2,created,0.4\n";
    let changes = [
        "+v1:person",
        "+v1.name=marko",
        "+v1.age=29",
        "+v1.interests=sailing",
        "+v2:software",
        "+v2.name=lop",
        "+v2.lang=java",
        "+v1-[e1:created]->v2",
        "+e1.weight=Float(0.4)",
    ];
    check(GREMLIN, &[nodes, edges], &changes, [10, 0], &[]);

    let players = "~id,~label,name,team\nP-2,Player,Kohli,India\nP-2,Player,Kohli,India\n";
    let changes = ["+P-2:Player", "+P-2.name=Kohli", "+P-2.team=India"];
    check(GREMLIN, &[players], &changes, [6, 3], &[]);

    let people = "name:ID(person),age:Int,lang:String,:LABEL\n\"marko\",29,,person\n";
    let software = "\nname:ID(software),age:Int,lang:String,:LABEL\n\"lop\",,\"java\",software\n";
    let created = "\n:ID,:START_ID(person),:END_ID(software),:TYPE,weight:Double\ne1,\"marko\",\"lop\",created,0.4\n";
    let changes = [
        "+person-marko:person",
        "+person-marko.name=marko",
        "+person-marko.age=29",
        "+software-lop:software",
        "+software-lop.name=lop",
        "+software-lop.lang=java",
        "+person-marko-[e1:created]->software-lop",
        "+e1.weight=Float(0.4)",
    ];
    check(
        OPEN_CYPHER,
        &[people, software, created],
        &changes,
        [8, 0],
        &[],
    );
}

#[test]
fn labels() {
    let labels = "~id,~label\na,x;y\nb,\nb,\nc,\nc,z\na,y\nd,\"\"\ne,x;\n";
    let changes = ["+a:x", "+a:y", "+b:vertex", "+c:vertex", "+c:z"];
    let errors = [("PARSING_ERROR", 7), ("PARSING_ERROR", 8)];
    check(GREMLIN, &[labels], &changes, [9, 2], &errors);
    let edges = "~id,~from,~to\ne,a,a\n";
    let changes = ["+a:vertex", "+a-[e:edge]->a"];
    check(GREMLIN, &["~id\na\n", edges], &changes, [2, 0], &[]);
}

#[test]
fn set_and_single_cardinality() {
    let set = "~id,a:Int,b:Int[]\nv,1,1;2\nv,1,2\nv,2,\nv,2,3\n";
    // A property has one value here: the first.
    let changes = ["+v:vertex", "+v.a=1", "+v.b=1"];
    check(GREMLIN, &[set], &changes, [12, 6], &[]);

    let single = "~id,a:Int(single)\nv,1\nv,1\nv,2\n";
    let violation = [("SINGLE_CARDINALITY_VIOLATION", 0)];
    let changes = ["+v:vertex", "+v.a=1"];
    check(GREMLIN, &[single], &changes, [6, 3], &violation);
    let mut updating = settings(GREMLIN);
    updating.update_single = true;
    let done = load_with(&updating, &[single]);
    assert_eq!(done.changes, ["+v:vertex", "+v.a=1", "-v.a=1", "+v.a=2"]);
    assert_eq!(done.errors, []);
}

#[test]
fn edges() {
    let nodes = "~id\na\nb\n";
    let edges = "~id,~from,~to,~label,w:Int\ne,a,b,x,1\ne,a,b,x,2\ne,b,a,x,1\nf,a,c,x,1\n";
    let changes = ["+a:vertex", "+b:vertex", "+a-[e:x]->b", "+e.w=1"];
    let errors = [
        ("SINGLE_CARDINALITY_VIOLATION", 0),
        ("ID_ASSIGNED_TO_MULTIPLE_EDGES", 0),
        ("FROM_OR_TO_VERTEX_ARE_MISSING", 0),
    ];
    check(GREMLIN, &[nodes, edges], &changes, [8, 1], &errors);
    // Edges before their nodes.
    let errors = [("FROM_OR_TO_VERTEX_ARE_MISSING", 0)];
    let changes = ["+a:vertex", "+b:vertex"];
    check(
        GREMLIN,
        &["~id,~from,~to\ne,a,b\n", nodes],
        &changes,
        [3, 0],
        &errors,
    );
}

#[test]
fn open_cypher_never_updates() {
    let nodes = ":ID,:LABEL,a:Int,b:Int\nv,x,1,\nv,y,2,3\n";
    let edges = ":ID,:START_ID,:END_ID,:TYPE,w:Int\ne,v,v,t,\ne,v,v,u,1\n";
    let changes = ["+v:x", "+v.a=1", "+v:y", "+v.b=3", "+v-[e:t]->v"];
    check(OPEN_CYPHER, &[nodes, edges], &changes, [7, 2], &[]);

    let mut without_ids = settings(OPEN_CYPHER);
    without_ids.edge_ids = Some(false);
    let edges = ":START_ID,:END_ID,:TYPE\nv,v,t\nv,v,t\n";
    let done = load_with(&without_ids, &[nodes, edges]);
    let generated = [
        "+v-[63cbe1e4-5932-4dd7-844c-3cd7f43c661c:t]->v",
        "+v-[e6984080-bab1-4a02-953a-eb70673e29cb:t]->v",
    ];
    assert_eq!(done.changes[4..], generated);
}

#[test]
fn empty_values() {
    let text = "~id,a:String,b:Int,c:String[]\n\"\",\"\",\"\",\"\"\n,x,,\n";
    let errors = [("PARSING_ERROR", 2)];
    check(GREMLIN, &[text], &["+:vertex"], [2, 0], &errors);
    let mut with_empty = settings(GREMLIN);
    with_empty.empty_strings = true;
    let done = load_with(&with_empty, &[text]);
    assert_eq!(done.changes, ["+:vertex", "+.a=", "+.c="]);
}

#[test]
fn rows_with_errors_are_skipped() {
    let text = "~id,a:Int\nv1,1\nv2,x\nv3\nv4,1,2\nv\"5,1\nv6,6\n";
    let changes = ["+v1:vertex", "+v1.a=1", "+v6:vertex", "+v6.a=6"];
    let errors = [2, 3, 4, 5].map(|record| ("PARSING_ERROR", record));
    check(GREMLIN, &[text], &changes, [8, 0], &errors);
    let stopped = load_with(&Settings::new(GREMLIN), &[text]);
    assert_eq!(stopped.changes, ["+v1:vertex", "+v1.a=1"]);
    assert_eq!(stopped.errors.len(), 1);
    for text in ["", "\n", "a,b\n", "~id,~id\n", "\"~id\nv1\n"] {
        check(GREMLIN, &[text], &[], [1, 0], &[("PARSING_ERROR", 0)]);
    }
}

/// Rows of files of nodes and of edges in each format, mostly valid.
fn files() -> impl Strategy<Value = (bool, Vec<String>)> {
    let node = "[abc],(x|y|x;y|),(1|2|)";
    let edge = "[de],[abc],[abc],(t|u|),(1|2|)";
    let file = |header: [&'static str; 2], row: &'static str, is_gremlin: bool| {
        let header = header[usize::from(is_gremlin)];
        vec(row, 0..6).prop_map(move |rows| format!("{header}\n{}\n", rows.join("\n")))
    };
    any::<bool>().prop_flat_map(move |is_gremlin| {
        let nodes = [":ID,:LABEL,p:Int", "~id,~label,p:Int"];
        let single = [":ID,:LABEL,p:Int", "~id,~label,p:Int(single)"];
        let edges = [
            ":ID,:START_ID,:END_ID,:TYPE,p:Int",
            "~id,~from,~to,~label,p:Int",
        ];
        let file = prop_oneof![
            file(nodes, node, is_gremlin),
            file(single, node, is_gremlin),
            file(edges, edge, is_gremlin),
            file(edges, "[abcde,\"]{0,9}", is_gremlin),
        ];
        (Just(is_gremlin), vec(file, 1..5))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// The engine can apply the changes of a load, and then contains what the load has computed.
    #[test]
    fn changes_can_be_applied((is_gremlin, files) in files(), update_single in any::<bool>()) {
        let settings = Settings {
            update_single,
            ..settings(if is_gremlin { GREMLIN } else { OPEN_CYPHER })
        };
        let mut graph = PropertyGraph::default();
        for _ in 0..2 {
            let mut model = Model::new(graph.graph());
            let mut report = Report::default();
            let mut load = GraphLoad {
                model: &mut model,
                ids: &mut Ids::new(7),
                settings: &settings,
                report: &mut report,
            };
            prop_assert!(files.iter().all(|text| load.file(text).is_ok()));
            prop_assert!(report.duplicates <= report.records);
            graph.load(0, &model.changes).expect("applied");
            let stored = Model::new(graph.graph());
            prop_assert_eq!(stored.nodes, model.nodes);
            prop_assert_eq!(stored.edges, model.edges);
        }
    }
}
