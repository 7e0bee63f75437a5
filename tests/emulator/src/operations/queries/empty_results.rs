//! Empty SPARQL results in the requested form.

use super::media_types::{self, Notation};
use super::sparql_text::Form;
use crate::failure::Failure;
use crate::{QueryRequest, QueryScript};

/// The result of a query on an empty store: no solutions, no triples, or `false`. For `SELECT *` there are no
/// variables.
pub(super) fn query(request: &QueryRequest) -> Result<QueryScript, Failure> {
    let accept = request.accept.as_deref();
    let script = QueryScript::sparql();
    Ok(match Form::of(&request.text) {
        Form::Select(vars) => {
            let vars = vars.unwrap_or_default();
            let (media_type, notation) = media_types::solutions(accept)?;
            let body = match notation {
                Notation::Json | Notation::Text => json_solutions(&vars),
                Notation::Xml => {
                    let names = vars.iter();
                    let names = names.map(|var| format!("<variable name=\"{var}\"/>"));
                    xml(&names.collect::<String>(), "<results></results>")
                }
                Notation::Csv => format!("{}\r\n", vars.join(",")),
                Notation::Tsv => {
                    let names: Vec<String> = vars.iter().map(|var| format!("?{var}")).collect();
                    format!("{}\n", names.join("\t"))
                }
            };
            script.body(media_type, body)
        }
        Form::Ask => {
            let (media_type, notation) = media_types::boolean(accept)?;
            let body = match notation {
                Notation::Json => "{\"head\":{},\"boolean\":false}".to_owned(),
                Notation::Xml => xml("", "<boolean>false</boolean>"),
                Notation::Text | Notation::Csv | Notation::Tsv => "false".to_owned(),
            };
            script.body(media_type, body)
        }
        Form::Graph => {
            let (media_type, body) = graph(accept)?;
            script.body(media_type, body)
        }
    })
}

/// An empty graph: its media type and its text.
pub(super) fn graph(accept: Option<&str>) -> Result<(&'static str, &'static str), Failure> {
    let media_type = media_types::graph(accept)?;
    let body = match media_type {
        "application/rdf+xml" => {
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"></rdf:RDF>"
        }
        "application/ld+json" => "[]",
        _ => "",
    };
    Ok((media_type, body))
}

fn json_solutions(vars: &[String]) -> String {
    let vars = serde_json::Value::from(vars);
    format!("{{\"head\":{{\"vars\":{vars}}},\"results\":{{\"bindings\":[]}}}}")
}

fn xml(head: &str, rest: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><sparql xmlns=\"http://www.w3.org/2005/sparql-results#\">\
         <head>{head}</head>{rest}</sparql>"
    )
}
