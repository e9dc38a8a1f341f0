//! Figures by name, one for each round.

use serde_json::Value;
use std::collections::BTreeMap;

/// Figures by their path, such as `segue chain-100 segue_ms`.
#[derive(Default)]
pub(super) struct Rounds(BTreeMap<String, Vec<f64>>);

impl Rounds {
    /// One more figure.
    pub(super) fn push(&mut self, path: &[&str], figure: f64) {
        self.0.entry(path.join(" ")).or_default().push(figure);
    }

    /// Every number in a tree of objects.
    pub(super) fn add(&mut self, path: &str, tree: &Value) {
        if let Some(figure) = tree.as_f64() {
            self.push(&[path], figure);
        }
        for (name, branch) in tree.as_object().into_iter().flatten() {
            self.add(&format!("{path} {name}"), branch);
        }
    }

    /// The median; none where nothing was measured.
    pub(super) fn median(&self, path: &str) -> Option<f64> {
        let figures = self.ascending(path)?;
        let at = figures.len() / 2;
        Some(if figures.len() % 2 == 0 {
            f64::midpoint(figures[at - 1], figures[at])
        } else {
            figures[at]
        })
    }

    /// The least: what the machine can do when it does nothing else.
    pub(super) fn least(&self, path: &str) -> Option<f64> {
        self.ascending(path)?.first().copied()
    }

    /// All figures, as they were measured.
    pub(super) fn all(&self) -> &BTreeMap<String, Vec<f64>> {
        &self.0
    }

    fn ascending(&self, path: &str) -> Option<Vec<f64>> {
        let mut figures = self.0.get(path)?.clone();
        figures.sort_by(f64::total_cmp);
        Some(figures)
    }
}

#[cfg(test)]
mod tests {
    use super::Rounds;
    use serde_json::json;

    #[test]
    fn the_median_of_each_number_in_a_tree() {
        let mut rounds = Rounds::default();
        for figure in [9.0, 1.0, 2.0] {
            rounds.add("a", &json!({ "b": { "c": figure, "d": "text" } }));
        }
        assert_eq!(rounds.median("a b c"), Some(2.0));
        assert_eq!(rounds.least("a b c"), Some(1.0));
        assert_eq!(rounds.median("a b d"), None);
        rounds.push(&["a b", "c"], 4.0);
        assert_eq!(rounds.median("a b c"), Some(3.0));
    }
}
