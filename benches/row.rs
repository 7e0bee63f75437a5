//! A row of the table, and what its measurement says.

use std::fmt::{self, Display, Formatter};

use crate::statistics::Spread;

/// Measures once, and returns the figure in the unit of the row.
pub(crate) type Measure = Box<dyn FnMut() -> f64>;

/// One row: what is measured, against what, and the figure to reach.
pub(crate) struct Row {
    pub(crate) name: String,
    /// The unit of our figure and of the peer's.
    pub(crate) unit: &'static str,
    pub(crate) reach: Reach,
    pub(crate) subject: Subject,
    /// The profile that shows what bounds a row that falls short, in `benches/profiles`.
    pub(crate) explained: Option<&'static str>,
}

/// What the figure of a row is.
pub(crate) enum Subject {
    /// Our figure divided by the peer's, of measurements in turn.
    Ratio { peer: &'static str, measure: Pair },
    /// Our figure alone: allocations, bytes, rows.
    Count { measure: Single },
}

/// Sets up what measures ours and the peer.
pub(crate) type Pair = Box<dyn FnOnce() -> (Measure, Measure)>;
/// Sets up what measures ours.
pub(crate) type Single = Box<dyn FnOnce() -> Measure>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reach {
    AtMost(f64),
    AtLeast(f64),
    /// The row is printed for information.
    Information,
}

/// Whether a row reaches its figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mark {
    Ok,
    Short,
    Explained,
    Information,
}

/// A measured row.
pub(crate) struct Figures {
    /// The ratio, or the count.
    pub(crate) value: Spread,
    /// The median of our figure, and of the peer's.
    pub(crate) ours: f64,
    pub(crate) peer: Option<f64>,
}

impl Row {
    /// `setup` returns what measures ours and what measures the peer.
    pub(crate) fn ratio(
        name: impl Into<String>,
        unit: &'static str,
        peer: &'static str,
        reach: Reach,
        setup: impl FnOnce() -> (Measure, Measure) + 'static,
    ) -> Self {
        Row {
            name: name.into(),
            unit,
            reach,
            subject: Subject::Ratio {
                peer,
                measure: Box::new(setup),
            },
            explained: None,
        }
    }

    pub(crate) fn count(
        name: impl Into<String>,
        unit: &'static str,
        reach: Reach,
        setup: impl FnOnce() -> Measure + 'static,
    ) -> Self {
        Row {
            name: name.into(),
            unit,
            reach,
            subject: Subject::Count {
                measure: Box::new(setup),
            },
            explained: None,
        }
    }

    /// Marks a row that falls short as explained by a profile, such as `profiles/load.md`.
    #[allow(dead_code, reason = "no row is explained when all reach their figures")]
    pub(crate) fn explained(mut self, profile: &'static str) -> Self {
        self.explained = Some(profile);
        self
    }

    pub(crate) fn peer(&self) -> Option<&'static str> {
        match self.subject {
            Subject::Ratio { peer, .. } => Some(peer),
            Subject::Count { .. } => None,
        }
    }

    /// Measures ours and the peer in turn, so that other load on the machine affects both, and the one first that was
    /// second in the round before.
    pub(crate) fn measure(self, rounds: usize) -> Figures {
        let (mut ours, mut peers, mut values) = (Vec::new(), Vec::new(), Vec::new());
        match self.subject {
            Subject::Ratio { measure, .. } => {
                let (mut measure_ours, mut measure_peer) = measure();
                for round in 0..rounds {
                    let (our, peer) = if round % 2 == 0 {
                        let our = measure_ours();
                        (our, measure_peer())
                    } else {
                        let peer = measure_peer();
                        (measure_ours(), peer)
                    };
                    ours.push(our);
                    peers.push(peer);
                    values.push(our / peer);
                }
            }
            Subject::Count { measure } => {
                let mut measure = measure();
                for _ in 0..rounds {
                    ours.push(measure());
                }
                values.clone_from(&ours);
            }
        }
        let value = Spread::of(values);
        assert!(value.median.is_finite(), "{}: no figure", self.name);
        Figures {
            value,
            ours: Spread::of(ours).median,
            peer: (!peers.is_empty()).then(|| Spread::of(peers).median),
        }
    }
}

impl Reach {
    pub(crate) fn mark(self, value: f64, explained: bool) -> Mark {
        let reached = match self {
            Reach::AtMost(most) => value <= most,
            Reach::AtLeast(least) => value >= least,
            Reach::Information => return Mark::Information,
        };
        if reached {
            Mark::Ok
        } else if explained {
            Mark::Explained
        } else {
            Mark::Short
        }
    }
}

impl Display for Mark {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Mark::Ok => "ok",
            Mark::Short => "short",
            Mark::Explained => "explained",
            Mark::Information => "",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn a_row_is_short_unless_it_reaches_its_figure_or_is_explained() {
        assert_eq!(Reach::AtMost(1.05).mark(1.05, false), Mark::Ok);
        assert_eq!(Reach::AtMost(1.05).mark(1.06, false), Mark::Short);
        assert_eq!(Reach::AtMost(1.05).mark(1.06, true), Mark::Explained);
        assert_eq!(Reach::AtLeast(0.95).mark(0.95, false), Mark::Ok);
        assert_eq!(Reach::AtLeast(0.95).mark(0.94, false), Mark::Short);
        assert_eq!(Reach::AtLeast(0.95).mark(0.96, true), Mark::Ok);
        assert_eq!(Reach::Information.mark(9.0, false), Mark::Information);
    }

    #[test]
    fn the_ratio_is_that_of_each_round_and_the_order_alternates() {
        thread_local!(static ORDER: RefCell<String> = const { RefCell::new(String::new()) });
        let measure = |name: char, figures: [f64; 3]| -> Measure {
            let mut figures = figures.into_iter();
            Box::new(move || {
                ORDER.with_borrow_mut(|order| order.push(name));
                figures.next().unwrap()
            })
        };
        let row = Row::ratio("row", "s", "peer", Reach::AtMost(1.0), move || {
            (
                measure('o', [1.0, 20.0, 3.0]),
                measure('p', [2.0, 10.0, 1.0]),
            )
        });
        let figures = row.measure(3);
        assert_eq!(ORDER.with_borrow(String::clone), "oppoop");
        assert_eq!(figures.value.median, 2.0);
        assert_eq!((figures.ours, figures.peer), (3.0, Some(2.0)));
    }

    #[test]
    fn a_count_has_no_peer() {
        let figures =
            Row::count("row", "bytes", Reach::AtMost(8.0), || Box::new(|| 7.0)).measure(1);
        assert_eq!((figures.value.median, figures.ours), (7.0, 7.0));
        assert_eq!(figures.peer, None);
    }

    #[test]
    fn profiles_that_explain_rows_exist() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for row in crate::all_rows(crate::Size::Short) {
            if let Some(profile) = row.explained {
                assert!(folder.join(profile).is_file(), "{}: {profile}", row.name);
            }
        }
    }

    #[test]
    fn rows_have_different_names() {
        let mut names: Vec<_> = crate::all_rows(crate::Size::Short)
            .into_iter()
            .map(|row| row.name)
            .collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
