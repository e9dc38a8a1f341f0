//! The order of modules: by what they need, then by step, then as they are written.

use super::{At, Reading};
use crate::{Kind, Problem, What};
use std::collections::{BTreeMap, BTreeSet};

impl Reading {
    /// Says whether modules go one at a time, breaks circles, and puts the modules in
    /// their order.
    pub(super) fn order(&mut self) {
        self.break_circles();
        self.keep_last();
        if !self.parallel && self.modules.len() > 1 {
            let first = &self.modules[0];
            let (line, quote) = (first.line, first.quote.clone());
            let because = "the page has its modules in an order; without this line, each begins as soon as what it needs is live";
            self.guessed(
                At {
                    line,
                    quote: &quote,
                },
                What::Strict,
                because,
            );
        }
        let needs = self.needs_by_place();
        let order = sorted(
            &self.modules.iter().map(|it| it.step).collect::<Vec<_>>(),
            &needs,
            self.last_place(),
        );
        self.warn_of_steps(&needs);
        let mut modules: Vec<_> = std::mem::take(&mut self.modules)
            .into_iter()
            .map(Some)
            .collect();
        self.modules = order
            .into_iter()
            .filter_map(|at| modules.get_mut(at)?.take())
            .collect();
    }

    fn place_of(&self) -> BTreeMap<String, usize> {
        self.modules
            .iter()
            .enumerate()
            .map(|(at, module)| (module.id.clone(), at))
            .collect()
    }

    /// What each module needs, as places in the list of modules.
    fn needs_by_place(&self) -> Vec<BTreeSet<usize>> {
        let place = self.place_of();
        let mut needs = vec![BTreeSet::new(); self.modules.len()];
        for fact in &self.facts {
            if let What::Needs {
                module, provider, ..
            } = &fact.what
                && let (Some(module), Some(provider)) = (place.get(module), place.get(provider))
            {
                needs[*module].insert(*provider);
            }
        }
        needs
    }

    fn last_place(&self) -> Option<usize> {
        let last = self.facts.iter().find_map(|fact| match &fact.what {
            What::Last(module) => Some(module.clone()),
            _ => None,
        })?;
        self.place_of().get(&last).copied()
    }

    /// Takes out, of every circle, the need whose line stands last on the page.
    fn break_circles(&mut self) {
        while let Some(circle) = circle(&self.needs_by_place()) {
            let pairs: Vec<(String, String)> = circle
                .iter()
                .map(|(module, provider)| {
                    (
                        self.modules[*module].id.clone(),
                        self.modules[*provider].id.clone(),
                    )
                })
                .collect();
            let of = |fact: &crate::Fact| match &fact.what {
                What::Needs {
                    module, provider, ..
                } => pairs.iter().any(|(a, b)| a == module && b == provider),
                _ => false,
            };
            let mut lines: Vec<(usize, String)> = self
                .facts
                .iter()
                .filter(|it| of(it))
                .map(|it| (it.line, it.quote.clone()))
                .collect();
            lines.sort();
            lines.dedup();
            lines.reverse();
            let way: Vec<_> = pairs
                .iter()
                .map(|(module, _)| format!("`{module}`"))
                .chain(pairs.first().map(|(module, _)| format!("`{module}`")))
                .collect();
            let message = format!("modules need each other in a circle: {}", way.join(" → "));
            let at: Vec<At<'_>> = lines
                .iter()
                .map(|(line, quote)| At { line: *line, quote })
                .collect();
            self.problem(Problem::CYCLE, message, &at, "one of these needs has to go; the manifest leaves out the one whose line stands last");
            let Some(worst) = (0..self.facts.len())
                .filter(|it| of(&self.facts[*it]))
                .max_by_key(|it| (self.facts[*it].line, *it))
            else {
                return;
            };
            let pair = match &self.facts[worst].what {
                What::Needs {
                    module, provider, ..
                } => (module.clone(), provider.clone()),
                _ => return,
            };
            for fact in &mut self.facts {
                let same = matches!(&fact.what, What::Needs { module, provider, .. } if (module, provider) == (&pair.0, &pair.1));
                if same {
                    fact.kind = Kind::LeftOver;
                    fact.because = format!(
                        "`{}` and `{}` would need each other in a circle",
                        pair.0, pair.1
                    );
                    fact.what = What::Words;
                }
            }
        }
    }

    /// Nothing can need what comes last.
    fn keep_last(&mut self) {
        let Some(last) = self.last_place() else {
            return;
        };
        if !self
            .needs_by_place()
            .iter()
            .any(|needs| needs.contains(&last))
        {
            return;
        }
        let id = self.modules[last].id.clone();
        let needing = |what: &What| matches!(what, What::Needs { provider, .. } if *provider == id);
        let says = |what: &What| *what == What::Last(id.clone());
        let found: Vec<_> = self
            .facts
            .iter()
            .filter(|it| needing(&it.what) || says(&it.what))
            .map(|it| (it.line, it.quote.clone()))
            .collect();
        let at: Vec<At<'_>> = found
            .iter()
            .map(|(line, quote)| At { line: *line, quote })
            .collect();
        let message = format!("`{id}` comes last, and another module needs it");
        self.problem(
            Problem::DISAGREE,
            message,
            &at,
            "the need holds in the manifest, and `order: last` is left out",
        );
        for fact in self.facts.iter_mut().filter(|it| says(&it.what)) {
            fact.kind = Kind::LeftOver;
            fact.what = What::Words;
            "another module needs it".clone_into(&mut fact.because);
        }
    }

    /// A step that comes before one that it needs.
    fn warn_of_steps(&mut self, needs: &[BTreeSet<usize>]) {
        for (at, providers) in needs.iter().enumerate() {
            for provider in providers {
                let (module, other) = (self.modules[at].clone(), self.modules[*provider].clone());
                if let (Some(step), Some(before)) = (module.step, other.step)
                    && step < before
                {
                    let message = format!(
                        "`{}` is step {}, and needs `{}`, which is step {}",
                        module.id, step.0, other.id, before.0
                    );
                    let lines = [
                        At {
                            line: module.line,
                            quote: &module.quote,
                        },
                        At {
                            line: other.line,
                            quote: &other.quote,
                        },
                    ];
                    self.problem(
                        Problem::DISAGREE,
                        message,
                        &lines,
                        "the need holds: the manifest has them in its order",
                    );
                }
            }
        }
    }
}

/// The order of modules: what is needed first, then by step, then as written; `last`
/// after all others.
fn sorted(
    steps: &[Option<(u64, u64)>],
    needs: &[BTreeSet<usize>],
    last: Option<usize>,
) -> Vec<usize> {
    let rank = |at: usize| {
        (
            last == Some(at),
            steps[at].is_none() && steps.iter().any(Option::is_some),
            steps[at],
            at,
        )
    };
    let mut consumers = vec![Vec::new(); needs.len()];
    let mut open: Vec<usize> = needs.iter().map(BTreeSet::len).collect();
    for (at, providers) in needs.iter().enumerate() {
        for provider in providers {
            consumers[*provider].push(at);
        }
    }
    let mut free: BTreeSet<_> = (0..needs.len())
        .filter(|at| open[*at] == 0)
        .map(rank)
        .collect();
    let mut order = Vec::new();
    while let Some((.., at)) = free.pop_first() {
        order.push(at);
        for consumer in &consumers[at] {
            open[*consumer] -= 1;
            if open[*consumer] == 0 {
                free.insert(rank(*consumer));
            }
        }
    }
    order
}

/// A circle of needs, as pairs of who needs and what.
fn circle(needs: &[BTreeSet<usize>]) -> Option<Vec<(usize, usize)>> {
    // Take away whoever needs nothing that is left, until nobody is, or only circles.
    let mut left: BTreeSet<usize> = (0..needs.len()).collect();
    loop {
        let free: Vec<_> = left
            .iter()
            .copied()
            .filter(|at| !needs[*at].iter().any(|it| left.contains(it)))
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|at| !free.contains(at));
    }
    let mut at = *left.first()?;
    let mut way = vec![at];
    loop {
        at = *needs[at].iter().find(|it| left.contains(it))?;
        if let Some(start) = way.iter().position(|it| *it == at) {
            way.push(at);
            return Some(
                way[start..]
                    .windows(2)
                    .map(|pair| (pair[0], pair[1]))
                    .collect(),
            );
        }
        way.push(at);
    }
}
