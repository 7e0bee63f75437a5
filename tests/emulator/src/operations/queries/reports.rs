//! The reports of explain and profile without a script. The contents are invented; the forms are those of the guide.

use super::accept::preferred;
use crate::{Language, QueryKind, QueryRequest};

const PLAIN: &str = "text/plain;charset=UTF-8";
const HTML: &str = "text/html;charset=UTF-8";
const CSV: &str = "text/csv;charset=UTF-8";

/// The media type and the text of a report.
pub(super) fn report(request: &QueryRequest) -> (&'static str, String) {
    let (text, offers): (_, &[&'static str]) = match (request.language, request.kind) {
        (Language::Gremlin, QueryKind::Profile) => (gremlin(request, "Profile"), &[PLAIN]),
        (Language::Gremlin, _) => (gremlin(request, "Explain"), &[PLAIN]),
        (Language::OpenCypher, _) => (table(request), &[PLAIN, HTML]),
        (Language::Sparql, _) => (table(request), &[PLAIN, HTML, CSV]),
    };
    let media_type = preferred(request.accept.as_deref(), offers).unwrap_or(PLAIN);
    let report = match media_type {
        HTML => {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
            format!(
                "<!DOCTYPE html>\n<html><head><title>Explain</title></head>\
                 <body><table><tr><td><pre>{escaped}</pre></td></tr></table></body></html>\n"
            )
        }
        // The columns are separated by semicolons.
        CSV => "ID;Out #1;Out #2;Name;Arguments;Mode;Units In;Units Out;Ratio;Time (ms)\n\
                0;1;-;SolutionInjection;solutions=[{}];-;0;1;0.00;0\n\
                1;-;-;TermResolution;vars=[];id2value;1;1;1.00;0\n"
            .to_owned(),
        _ => text,
    };
    (media_type, report)
}

fn gremlin(request: &QueryRequest, what: &str) -> String {
    let title = format!("Neptune Gremlin {what}");
    let line = "*".repeat(55);
    format!(
        "{line}\n{title:^55}\n{line}\n\nQuery String\n==================\n{}\n\nOriginal Traversal\n\
         ==================\n[]\n",
        request.text
    )
}

fn table(request: &QueryRequest) -> String {
    let mut out = String::new();
    if request.language == Language::OpenCypher {
        out.push_str(&format!("Query:\n{}\n\n", request.text));
    }
    out.push_str(
        "╔════╤════════╤════════╤═══════════════════╤════════════════════╤══════════╤═══════════╤═══════╤═══════════╗\n\
         ║ ID │ Out #1 │ Out #2 │ Name              │ Arguments          │ Units In │ Units Out │ Ratio │ Time (ms) ║\n\
         ╠════╪════════╪════════╪═══════════════════╪════════════════════╪══════════╪═══════════╪═══════╪═══════════╣\n\
         ║ 0  │ 1      │ -      │ SolutionInjection │ solutions=[{}]     │ 0        │ 1         │ 0.00  │ 0         ║\n\
         ╟────┼────────┼────────┼───────────────────┼────────────────────┼──────────┼───────────┼───────┼───────────╢\n\
         ║ 1  │ -      │ -      │ TermResolution    │ vars=[]            │ 1        │ 1         │ 1.00  │ 0         ║\n\
         ╚════╧════════╧════════╧═══════════════════╧════════════════════╧══════════╧═══════════╧═══════╧═══════════╝\n",
    );
    out
}
