//! The headers of CSV files, in the [Gremlin](https://docs.aws.amazon.com/neptune/latest/userguide/bulk-load-tutorial-format-gremlin.html)
//! and the [openCypher](https://docs.aws.amazon.com/neptune/latest/userguide/bulk-load-tutorial-format-opencypher.html)
//! format.

use super::csv::Cell;
use super::values::Kind;

/// The columns of a file of nodes or of edges.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    pub(super) columns: Vec<Column>,
    pub(super) is_edges: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Column {
    /// The id. With a name, it is also the value of that property.
    Id {
        space: String,
        property: Option<String>,
    },
    /// The labels of a node, or the label of an edge.
    Label,
    From {
        space: String,
    },
    To {
        space: String,
    },
    Property(Property),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether a second value is an error.
    pub(super) is_single: bool,
    /// Whether a cell has a list of values.
    pub(super) is_list: bool,
}

/// The columns of a file in the Gremlin format.
pub(super) fn gremlin(cells: &[Cell<'_>]) -> Result<Header, String> {
    let is_edges = cells.iter().any(|it| matches!(&*it.text, "~from" | "~to"));
    let no_space = String::new;
    let columns = cells.iter().map(|cell| match &*cell.text {
        "~id" => Ok(Column::Id {
            space: no_space(),
            property: None,
        }),
        "~label" => Ok(Column::Label),
        "~from" => Ok(Column::From { space: no_space() }),
        "~to" => Ok(Column::To { space: no_space() }),
        text if text.starts_with('~') => Err(format!("Unknown column {text}")),
        text => {
            let property = property(text, false)?;
            if is_edges && (property.is_list || has_set(text)) {
                let error = format!("Edge property {text} must have single cardinality");
                return Err(error);
            }
            Ok(Column::Property(Property {
                is_single: property.is_single || is_edges,
                ..property
            }))
        }
    });
    let header = Header {
        columns: columns.collect::<Result<_, _>>()?,
        is_edges,
    };
    header.check(["~id", "~from", "~to"], true)
}

/// The columns of a file in the openCypher format. `edge_ids` is whether relationships have ids; without it, either is
/// accepted.
pub(super) fn open_cypher(cells: &[Cell<'_>], edge_ids: Option<bool>) -> Result<Header, String> {
    let system = |name: &str, text: &str| {
        let rest = text.strip_prefix(name)?;
        let space = rest.strip_prefix('(').and_then(|it| it.strip_suffix(')'));
        space.or(rest.is_empty().then_some("")).map(str::to_owned)
    };
    let columns = cells.iter().map(|cell| {
        let text = &*cell.text;
        if let Some(space) = system(":START_ID", text) {
            return Ok(Column::From { space });
        }
        if let Some(space) = system(":END_ID", text) {
            return Ok(Column::To { space });
        }
        if matches!(text, ":LABEL" | ":TYPE") {
            return Ok(Column::Label);
        }
        let (name, rest) = split(text);
        if let Some(space) = system("ID", rest) {
            let property = (!name.is_empty()).then_some(name);
            return Ok(Column::Id { space, property });
        }
        property(text, true).map(Column::Property)
    });
    let columns: Vec<Column> = columns.collect::<Result<_, _>>()?;
    let is_edge = |it: &Column| matches!(it, Column::From { .. } | Column::To { .. });
    let is_edges = columns.iter().any(is_edge);
    let wrong = if is_edges { ":LABEL" } else { ":TYPE" };
    if cells.iter().any(|cell| cell.text == wrong) {
        let what = if is_edges { "relationships" } else { "nodes" };
        return Err(format!("A file of {what} cannot have the column {wrong}"));
    }
    let header = Header { columns, is_edges };
    let has_ids = header.count(|it| matches!(it, Column::Id { .. })) > 0;
    if is_edges && has_ids && edge_ids == Some(false) {
        let error = "The column :ID is not allowed if userProvidedEdgeIds is false";
        return Err(error.to_owned());
    }
    let needs_id = !is_edges || edge_ids == Some(true);
    header.check([":ID", ":START_ID", ":END_ID"], needs_id)
}

impl Header {
    fn count(&self, is: impl Fn(&Column) -> bool) -> usize {
        self.columns.iter().filter(|column| is(column)).count()
    }

    /// Checks that each of the system columns is there, and only once. `names` are those of the id, the start and the end.
    fn check(self, names: [&str; 3], needs_id: bool) -> Result<Self, String> {
        let [id, from, to] = names;
        for (name, count, needed) in [
            (
                id,
                self.count(|it| matches!(it, Column::Id { .. })),
                needs_id,
            ),
            (
                from,
                self.count(|it| matches!(it, Column::From { .. })),
                self.is_edges,
            ),
            (
                to,
                self.count(|it| matches!(it, Column::To { .. })),
                self.is_edges,
            ),
            (
                "for labels",
                self.count(|it| matches!(it, Column::Label)),
                false,
            ),
        ] {
            if count > 1 {
                return Err(format!("There is more than one column {name}"));
            }
            if count == 0 && needed {
                return Err(format!("The required column {name} is missing"));
            }
        }
        Ok(self)
    }
}

/// The column of a property: `name`, `name:Type`, `name:Type(single)`, `name:Type[]`.
fn property(text: &str, is_open_cypher: bool) -> Result<Property, String> {
    let (name, declared) = split(text);
    if name.is_empty() {
        return Err(format!("Column header without a name: {text}"));
    }
    if name.contains([' ', ',', '\r', '\n']) {
        return Err(format!(
            "Column header with a space, comma or line break: {text}"
        ));
    }
    let (scalar, is_list) = match declared.strip_suffix("[]") {
        Some(scalar) => (scalar, true),
        None => (declared, false),
    };
    let (kind, is_single) = match scalar.split_once('(') {
        None => (scalar, is_open_cypher),
        Some((kind, "single)")) if !is_open_cypher => (kind, true),
        Some((kind, "set)")) if !is_open_cypher => (kind, false),
        Some(_) => return Err(format!("Unknown cardinality in the column header {text}")),
    };
    if is_list && is_single && !is_open_cypher {
        return Err(format!("A list cannot have single cardinality: {text}"));
    }
    // The guide's examples have columns without a type, whose values are text.
    let kind = if declared.is_empty() { "String" } else { kind };
    let Some(kind) = Kind::named(kind, is_open_cypher) else {
        return Err(format!("Unknown type in the column header {text}"));
    };
    Ok(Property {
        name,
        kind,
        is_single,
        is_list,
    })
}

fn has_set(text: &str) -> bool {
    text.ends_with("(set)")
}

/// The name of a column, in which a backslash precedes each colon, and what follows the colon after it.
fn split(text: &str) -> (String, &str) {
    let mut escaped = false;
    let colon = text.find(|character| {
        let is_colon = character == ':' && !escaped;
        escaped = character == '\\';
        is_colon
    });
    let end = colon.unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    (name.replace("\\:", ":"), rest)
}

#[cfg(test)]
mod tests {
    use super::super::csv::Records;
    use super::*;

    fn read(text: &str, is_open_cypher: bool, edge_ids: Option<bool>) -> Result<Header, String> {
        let cells = Records::new(text).next().expect("a header").expect("cells");
        if is_open_cypher {
            open_cypher(&cells, edge_ids)
        } else {
            gremlin(&cells)
        }
    }

    /// The properties of a header, as `name:Kind`, with `!` if single and `[]` if lists.
    fn properties(header: &Header) -> String {
        let shown = header.columns.iter().filter_map(|column| match column {
            Column::Property(it) => {
                let single = if it.is_single { "!" } else { "" };
                let list = if it.is_list { "[]" } else { "" };
                Some(format!("{}:{:?}{single}{list}", it.name, it.kind))
            }
            _ => None,
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn gremlin_headers() {
        for (text, is_edges, expected) in [
            ("~id,~label,a:String,b:double", false, "a:String b:Double"),
            ("~id,a:Bool(single),b:Bool(set)", false, "a:Bool! b:Bool"),
            ("~id,a:Bool[],b:Bool(set)[]", false, "a:Bool[] b:Bool[]"),
            (r"~id,a\:b:Date,c", false, "a:b:DateTime c:String"),
            ("~id,~from,~to,~label,w:Float", true, "w:Float!"),
            ("~from,~id,w,~to", true, "w:String!"),
        ] {
            let header = read(text, false, None).expect(text);
            assert_eq!(
                (header.is_edges, properties(&header).as_str()),
                (is_edges, expected)
            );
        }
    }

    #[test]
    fn open_cypher_headers() {
        for (text, is_edges, expected) in [
            (
                ":ID,:LABEL,a:Date,b:DateTime",
                false,
                "a:String! b:DateTime!",
            ),
            (
                "name:ID(person),a,b:Int[]",
                false,
                "a:String! b:Whole(\"Int\", -2147483648, 2147483647)![]",
            ),
            (":START_ID(a),:END_ID(b),:TYPE,w:Point", true, "w:String!"),
        ] {
            let header = read(text, true, None).expect(text);
            assert_eq!(
                (header.is_edges, properties(&header).as_str()),
                (is_edges, expected)
            );
        }
        let header = read("name:ID(person)", true, None).expect("a header");
        let (space, property) = ("person".to_owned(), Some("name".to_owned()));
        assert_eq!(header.columns, [Column::Id { space, property }]);
    }

    #[test]
    fn wrong_headers() {
        for (text, error) in [
            ("~label,a", "The required column ~id is missing"),
            ("~id,~from,~label", "The required column ~to is missing"),
            ("~id,~id", "There is more than one column ~id"),
            (
                "~id,~label,~label",
                "There is more than one column for labels",
            ),
            ("~id,~type", "Unknown column ~type"),
            ("~id,a:Text", "Unknown type in the column header a:Text"),
            (
                "~id,a:Int(list)",
                "Unknown cardinality in the column header a:Int(list)",
            ),
            (
                "~id,a:Int(single)[]",
                "A list cannot have single cardinality: a:Int(single)[]",
            ),
            ("~id,:Int", "Column header without a name: :Int"),
            (
                "~id,a b:Int",
                "Column header with a space, comma or line break: a b:Int",
            ),
            (
                "~id,~from,~to,a:Int[]",
                "Edge property a:Int[] must have single cardinality",
            ),
            (
                "~id,~from,~to,a:Int(set)",
                "Edge property a:Int(set) must have single cardinality",
            ),
        ] {
            assert_eq!(read(text, false, None), Err(error.to_owned()));
        }
        let not_allowed = "The column :ID is not allowed if userProvidedEdgeIds is false";
        for (text, edge_ids, error) in [
            (":LABEL", None, "The required column :ID is missing"),
            (
                ":ID,:START_ID",
                None,
                "The required column :END_ID is missing",
            ),
            (
                ":START_ID,:END_ID",
                Some(true),
                "The required column :ID is missing",
            ),
            (":ID,:START_ID,:END_ID", Some(false), not_allowed),
            (
                ":ID,:TYPE",
                None,
                "A file of nodes cannot have the column :TYPE",
            ),
            (
                ":ID,a:Int(single)",
                None,
                "Unknown cardinality in the column header a:Int(single)",
            ),
            (":ID,~label:", None, ""),
        ] {
            match read(text, true, edge_ids) {
                Err(found) => assert_eq!(found, error),
                Ok(_) => assert_eq!(error, "", "{text}"),
            }
        }
    }
}
