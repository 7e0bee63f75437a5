//! Median and quartiles.

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) first_quartile: f64,
    pub(crate) median: f64,
    pub(crate) third_quartile: f64,
}

impl Spread {
    /// All are zero if there are no figures.
    pub(crate) fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        Spread {
            first_quartile: quantile(&figures, 0.25),
            median: quantile(&figures, 0.5),
            third_quartile: quantile(&figures, 0.75),
        }
    }
}

/// A quantile of sorted figures, with linear interpolation.
fn quantile(sorted: &[f64], fraction: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let position = fraction * last as f64;
    let (low, high) = (position.floor(), position.ceil());
    let (low_figure, high_figure) = (sorted[low as usize], sorted[high as usize]);
    low_figure + (high_figure - low_figure) * (position - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_and_quartiles() {
        let spread = Spread::of(vec![5.0, 1.0, 3.0, 2.0, 4.0]);
        assert_eq!(
            (spread.first_quartile, spread.median, spread.third_quartile),
            (2.0, 3.0, 4.0)
        );
        let spread = Spread::of(vec![1.0, 2.0]);
        assert_eq!(
            (spread.first_quartile, spread.median, spread.third_quartile),
            (1.25, 1.5, 1.75)
        );
        let spread = Spread::of(vec![7.0]);
        assert_eq!((spread.first_quartile, spread.third_quartile), (7.0, 7.0));
        assert_eq!(Spread::of(Vec::new()).median, 0.0);
    }
}
