//! Every graph of up to four modules.

/// `needs[m]` holds a bit for each module that `m` needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needs(pub Vec<u32>);

impl Needs {
    /// All graphs of `count` modules, one of each shape. A graph without cycles
    /// has an order in which needs point backwards; only those are listed.
    pub fn all(count: usize) -> Vec<Self> {
        let pairs: Vec<_> = (0..count)
            .flat_map(|to| (0..to).map(move |from| (from, to)))
            .collect();
        let mut shapes: Vec<Self> = (0..1u32 << pairs.len())
            .map(|set| {
                let mut needs = vec![0; count];
                for (bit, (from, to)) in pairs.iter().enumerate() {
                    needs[*to] |= (set >> bit & 1) << from;
                }
                Self(needs)
            })
            .filter(|it| *it == it.shape())
            .collect();
        shapes.dedup();
        shapes
    }

    /// Of all ways to number the modules the greatest that keeps needs pointing
    /// backwards: equal for graphs that differ only in names.
    fn shape(&self) -> Self {
        let backwards = |it: &Self| (0..it.0.len()).all(|to| it.0[to] >> to == 0);
        let named = permutations(self.0.len());
        let named = named.iter().map(|order| self.renamed(order));
        named
            .filter(backwards)
            .max()
            .unwrap_or_else(|| self.clone())
    }

    /// Module `m` gets the number `order[m]`.
    fn renamed(&self, order: &[usize]) -> Self {
        let mut needs = vec![0; self.0.len()];
        for (to, set) in self.0.iter().enumerate() {
            for (from, &name) in order.iter().enumerate() {
                needs[order[to]] |= (set >> from & 1) << name;
            }
        }
        Self(needs)
    }

    /// The orders that change nothing.
    pub fn symmetries(&self) -> Vec<Vec<usize>> {
        let all = permutations(self.0.len());
        all.into_iter()
            .filter(|order| self.renamed(order) == *self)
            .collect()
    }
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let shorter = permutations(count - 1);
    let longer = shorter.iter().flat_map(|order| {
        (0..count).map(move |at| {
            let mut longer = order.clone();
            longer.insert(at, count - 1);
            longer
        })
    });
    longer.collect()
}

/// The numbers of unlabelled directed graphs without cycles: OEIS A003087.
#[test]
fn every_shape_is_there_once() {
    let counts: Vec<_> = (0..5).map(|count| Needs::all(count).len()).collect();
    assert_eq!(counts, [1, 1, 2, 6, 31]);
}
