//! A reader of feature files: the part of Gherkin that the openCypher TCK uses.

#[derive(Clone, Debug, Default)]
pub(crate) struct Scenario {
    /// Its number in the file and, of an outline, the number of the example: `[14]` or `[14]:2`.
    pub(crate) id: String,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Step {
    /// The line without its keyword.
    pub(crate) text: String,
    /// The text between `"""`.
    pub(crate) doc: String,
    pub(crate) table: Vec<Vec<String>>,
}

/// A scenario as written, with the tables of examples if it is an outline.
#[derive(Default)]
struct Outline {
    title: String,
    steps: Vec<Step>,
    examples: Vec<Vec<Vec<String>>>,
}

/// The scenarios of a file, with the steps of the background in each, and one scenario for each example of an outline.
///
/// # Panics
///
/// If there is a line that is not understood.
pub(crate) fn scenarios(file: &str) -> Vec<Scenario> {
    let mut background = Vec::new();
    let mut outlines: Vec<Outline> = Vec::new();
    let mut lines = file.lines();
    while let Some(line) = lines.next() {
        let indented = line.len() - line.trim_start().len();
        let line = line.trim();
        let (keyword, rest) = line.split_once([' ', ':']).unwrap_or((line, ""));
        let outline = outlines.last_mut();
        match keyword {
            "" => {}
            "Feature" | "Background" => {}
            "Scenario" => outlines.push(Outline {
                title: rest.trim_start_matches("Outline:").trim().to_owned(),
                ..Outline::default()
            }),
            "Examples" => outline.expect("an outline").examples.push(Vec::new()),
            "Given" | "When" | "Then" | "And" | "But" => {
                let steps = outline.map_or(&mut background, |it| &mut it.steps);
                steps.push(Step {
                    text: rest.trim().to_owned(),
                    ..Step::default()
                });
            }
            "\"\"\"" => {
                let text = lines.by_ref().take_while(|line| line.trim() != "\"\"\"");
                // Lines may be indented less than the quotes.
                let text = text.map(|line| line.get(indented..).unwrap_or(line.trim_start()));
                let steps = outline.map_or(&mut background, |it| &mut it.steps);
                steps.last_mut().expect("a step").doc = text.collect::<Vec<_>>().join("\n");
            }
            "|" => match outline {
                Some(Outline { examples, .. }) if !examples.is_empty() => {
                    examples.last_mut().expect("examples").push(cells(line));
                }
                outline => {
                    let steps = outline.map_or(&mut background, |it| &mut it.steps);
                    steps.last_mut().expect("a step").table.push(cells(line));
                }
            },
            _ if line.starts_with(['#', '@']) => {}
            _ => panic!("not understood: {line}"),
        }
    }
    let with_background = |mut scenario: Scenario| {
        scenario.steps.splice(0..0, background.iter().cloned());
        scenario
    };
    let expanded = outlines.into_iter().flat_map(Outline::expanded);
    expanded.map(with_background).collect()
}

impl Outline {
    fn expanded(self) -> Vec<Scenario> {
        let number = self.title.split_inclusive(']').next().unwrap_or_default();
        if self.examples.is_empty() {
            return vec![Scenario {
                id: number.to_owned(),
                steps: self.steps,
            }];
        }
        let mut scenarios = Vec::new();
        for table in &self.examples {
            let [names, rows @ ..] = table.as_slice() else {
                panic!("{}: no names", self.title);
            };
            for row in rows {
                let fill = |text: &String| {
                    let pairs = names.iter().zip(row);
                    pairs.fold(text.clone(), |text, (name, value)| {
                        text.replace(&format!("<{name}>"), value)
                    })
                };
                let filled = |step: &Step| Step {
                    text: fill(&step.text),
                    doc: fill(&step.doc),
                    table: step
                        .table
                        .iter()
                        .map(|row| row.iter().map(fill).collect())
                        .collect(),
                };
                scenarios.push(Scenario {
                    id: format!("{number}:{}", scenarios.len() + 1),
                    steps: self.steps.iter().map(filled).collect(),
                });
            }
        }
        scenarios
    }
}

/// The cells of a row of a table, in which `\|`, `\n` and `\\` are escapes.
fn cells(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut chars = line.trim_start_matches('|').chars().peekable();
    while let Some(next) = chars.next() {
        match (next, chars.peek().copied()) {
            ('|', _) => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            ('\\', Some(escaped @ ('|' | '\\'))) => {
                cell.push(escaped);
                chars.next();
            }
            ('\\', Some('n')) => {
                cell.push('\n');
                chars.next();
            }
            _ => cell.push(next),
        }
    }
    cells
}

#[test]
fn backgrounds_outlines_and_escapes_are_read() {
    let file = r#"
        # A comment.
        Feature: F - f
          Background:
            Given an empty graph
          @tag
          Scenario: [1] First
            When executing query:
              """
              RETURN 1 AS x,
                2 AS y
              """
            Then the result should be, in any order:
              | x | y       |
              | 1 | 'a\|\n' |
          Scenario Outline: [2] Second
            When executing query:
              """
              RETURN <a>
              """
            Examples:
              | a |
              | 1 |
              | 2 |
            Examples:
              | a |
              | 3 |
    "#;
    let scenarios = scenarios(file);
    let ids: Vec<_> = scenarios.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["[1]", "[2]:1", "[2]:2", "[2]:3"]);
    let [given, when, then] = scenarios[0].steps.as_slice() else {
        panic!("{:?}", scenarios[0].steps);
    };
    assert_eq!(given.text, "an empty graph");
    assert_eq!(when.doc, "RETURN 1 AS x,\n  2 AS y");
    assert_eq!(then.table, [["x", "y"], ["1", "'a|\n'"]]);
    assert_eq!(scenarios[3].steps[1].doc, "RETURN 3");
}
