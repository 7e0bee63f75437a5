//! Forms of the SPARQL protocol.

use crate::{error::FieldErrorKind, wire::request::RequestWriter};

/// The fields of a form, in their order.
#[derive(Default)]
pub(super) struct Form<'a>(Vec<(&'static str, &'a str)>);

impl<'a> Form<'a> {
    pub(super) fn field(mut self, name: &'static str, value: &'a str) -> Self {
        self.0.push((name, value));
        self
    }

    pub(super) fn optional(mut self, name: &'static str, value: Option<&'a str>) -> Self {
        self.0.extend(value.map(|value| (name, value)));
        self
    }

    pub(super) fn repeated(mut self, name: &'static str, values: Option<&'a Vec<String>>) -> Self {
        let values = values.into_iter().flatten();
        self.0.extend(values.map(|value| (name, value.as_str())));
        self
    }

    pub(super) fn write(self, request: &mut RequestWriter<'_>) {
        request.form(&self.0);
    }
}

/// Reports empty IRIs of graphs.
pub(super) fn check_graphs(
    request: &mut RequestWriter<'_>,
    field: &str,
    graphs: Option<&Vec<String>>,
) {
    for (index, graph) in graphs.into_iter().flatten().enumerate() {
        if graph.is_empty() {
            let reason = FieldErrorKind::Other("must not be empty".into());
            request.reject(format!("{field}[{index}]"), reason);
        }
    }
}
