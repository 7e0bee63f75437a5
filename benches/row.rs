//! A row of the table, and its measurement.

use std::fmt::{self, Display, Formatter};

use crate::statistics::Spread;

/// Measures once, and returns the figure in the unit of the row.
pub(crate) type Measure = Box<dyn FnMut() -> f64>;

/// One row: what is measured, with which peer it is compared, and the target.
pub(crate) struct Row {
    pub(crate) name: String,
    /// The unit of our figure and of the peer's.
    pub(crate) unit: &'static str,
    pub(crate) target: Target,
    pub(crate) subject: Subject,
    /// If the row misses its target: the profile that shows what bounds it, such as `profiles/load.md`.
    pub(crate) explained: Option<&'static str>,
}

/// What a row measures.
pub(crate) enum Subject {
    /// Our figure divided by the peer's. Both are measured in each round.
    Ratio { peer: &'static str, setup: Pair },
    /// Our figure alone: allocations, bytes, rows.
    Count { setup: Single },
}

/// Sets up the measurements of ours and of the peer.
pub(crate) type Pair = Box<dyn FnOnce() -> (Measure, Measure)>;
/// Sets up the measurement of ours.
pub(crate) type Single = Box<dyn FnOnce() -> Measure>;

/// The figure that a row has to reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
    /// None: the row is printed for information.
    Information,
}

/// Whether a row reaches its target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mark {
    Ok,
    Missed,
    /// Missed, and a profile explains why.
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
    pub(crate) fn ratio(
        name: impl Into<String>,
        unit: &'static str,
        peer: &'static str,
        target: Target,
        setup: impl FnOnce() -> (Measure, Measure) + 'static,
    ) -> Self {
        Row {
            name: name.into(),
            unit,
            target,
            subject: Subject::Ratio {
                peer,
                setup: Box::new(setup),
            },
            explained: None,
        }
    }

    pub(crate) fn count(
        name: impl Into<String>,
        unit: &'static str,
        target: Target,
        setup: impl FnOnce() -> Measure + 'static,
    ) -> Self {
        Row {
            name: name.into(),
            unit,
            target,
            subject: Subject::Count {
                setup: Box::new(setup),
            },
            explained: None,
        }
    }

    /// Names the profile that explains why the row misses its target.
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

    /// Measures ours and the peer in each round, so that other load on the machine affects both. Their order alternates.
    pub(crate) fn measure(self, rounds: usize) -> Figures {
        let (mut ours, mut peers, mut values) = (Vec::new(), Vec::new(), Vec::new());
        match self.subject {
            Subject::Ratio { setup, .. } => {
                let (mut measure_ours, mut measure_peer) = setup();
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
            Subject::Count { setup } => {
                let mut measure = setup();
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

impl Target {
    pub(crate) fn mark(self, value: f64, explained: bool) -> Mark {
        let reached = match self {
            Target::AtMost(most) => value <= most,
            Target::AtLeast(least) => value >= least,
            Target::Information => return Mark::Information,
        };
        if reached {
            Mark::Ok
        } else if explained {
            Mark::Explained
        } else {
            Mark::Missed
        }
    }
}

impl Display for Mark {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Mark::Ok => "ok",
            Mark::Missed => "missed",
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
    fn a_row_that_misses_its_target_can_be_explained() {
        assert_eq!(Target::AtMost(1.05).mark(1.05, false), Mark::Ok);
        assert_eq!(Target::AtMost(1.05).mark(1.06, false), Mark::Missed);
        assert_eq!(Target::AtMost(1.05).mark(1.06, true), Mark::Explained);
        assert_eq!(Target::AtLeast(0.95).mark(0.95, false), Mark::Ok);
        assert_eq!(Target::AtLeast(0.95).mark(0.94, false), Mark::Missed);
        assert_eq!(Target::AtLeast(0.95).mark(0.96, true), Mark::Ok);
        assert_eq!(Target::Information.mark(9.0, false), Mark::Information);
    }

    #[test]
    fn ratios_are_those_of_each_round_and_the_order_alternates() {
        thread_local!(static ORDER: RefCell<String> = const { RefCell::new(String::new()) });
        let measure = |name: char, figures: [f64; 3]| -> Measure {
            let mut figures = figures.into_iter();
            Box::new(move || {
                ORDER.with_borrow_mut(|order| order.push(name));
                figures.next().unwrap()
            })
        };
        let row = Row::ratio("row", "s", "peer", Target::AtMost(1.0), move || {
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
            Row::count("row", "bytes", Target::AtMost(8.0), || Box::new(|| 7.0)).measure(1);
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
